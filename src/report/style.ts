/** Text styles that exp uses; each is an ANSI pair when the stream takes colour, else the text itself. */
export interface Style {
  readonly enabled: boolean;
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  magenta(text: string): string;
  blue(text: string): string;
}

/** What decides about colour: the environment and whether the stream is a terminal. */
export interface ColorContext {
  readonly isTTY?: boolean | undefined;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Whether to write colour. `NO_COLOR` (non-empty, no-color.org) wins over everything, then `FORCE_COLOR` (`0` and `false` say no),
 * then `TERM=dumb`, then whether the stream is a terminal.
 */
export function wantsColor({isTTY, env = process.env}: ColorContext): boolean {
  if (env.NO_COLOR) return false;
  const forced = env.FORCE_COLOR;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTTY === true && env.TERM !== 'dumb';
}

/** Builds the styles. Node's own util.styleText looks at the wrong stream on Node 20, hence these few pairs. */
export function createStyle(enabled: boolean): Style {
  const pair =
    (open: number, close: number) =>
    (text: string): string =>
      enabled && text !== '' ? `\u001B[${open}m${text}\u001B[${close}m` : text;
  return {
    enabled,
    bold: pair(1, 22),
    dim: pair(2, 22),
    red: pair(31, 39),
    green: pair(32, 39),
    yellow: pair(33, 39),
    cyan: pair(36, 39),
    magenta: pair(35, 39),
    blue: pair(34, 39),
  };
}
