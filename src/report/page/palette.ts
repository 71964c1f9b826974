/** Colours that stay apart for people who see few (after Okabe and Ito), on light and on dark ground. */
const palettes = {
  light: ['#0072b2', '#d55e00', '#009e73', '#b0579a', '#c98600', '#3a9bd9', '#6a4c93', '#5c5c5c'],
  dark: ['#56a9e8', '#ff8a4c', '#2ec79b', '#e79cc9', '#f0b73a', '#9bd8ff', '#b79ae6', '#c4c4c4'],
} as const;

/** Rows beyond the last colour take the first one again, with another line. */
const dashes = ['solid', 'dashed', 'dotted'] as const;

export type Theme = keyof typeof palettes;

/** How the row at a place of the palette is drawn. */
export interface Stroke {
  readonly color: string;
  readonly dash: (typeof dashes)[number];
}

export const strokeOf = (slot: number, theme: Theme): Stroke => ({
  color: palettes[theme][slot % palettes[theme].length]!,
  dash: dashes[Math.floor(slot / palettes[theme].length) % dashes.length]!,
});

/** Other colours that charts need, as the style sheet has them. */
export interface ChartColors {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly ground: string;
  readonly accent: string;
}

export function chartColors(): ChartColors {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {text: read('text'), muted: read('muted'), line: read('line'), ground: read('card'), accent: read('accent')};
}

/** From low to high: cividis, which is even in lightness and made for all eyes; read from the middle on dark ground. */
const ramp = ['#00224e', '#35456c', '#666970', '#948e77', '#c8b866', '#fee838'];

/** @param share 0 to 1 */
export function rampColor(share: number, theme: Theme): string {
  const [low, high] = theme === 'dark' ? [0.3, 1] : [0, 0.86];
  const place = (low + (high - low) * Math.min(1, Math.max(0, share))) * (ramp.length - 1);
  const index = Math.min(ramp.length - 2, Math.floor(place));
  const part = (color: string, channel: number): number =>
    Number.parseInt(color.slice(1 + 2 * channel, 3 + 2 * channel), 16);
  const mixed = [0, 1, 2].map((channel) => {
    const [from, to] = [part(ramp[index]!, channel), part(ramp[index + 1]!, channel)];
    return Math.round(from + (to - from) * (place - index));
  });
  return `rgb(${mixed.join(', ')})`;
}
