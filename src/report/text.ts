import {stripVTControlCharacters} from 'node:util';

/** Columns a text takes on a terminal, styles left out; wide East Asian characters and emoji take two. */
export function widthOf(text: string): number {
  // Thousands of cells are mostly of such letters, of which each takes one.
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const {segment} of segmenter.segment(stripVTControlCharacters(text))) width += wide.test(segment) ? 2 : 1;
  return width;
}

const segmenter = new Intl.Segmenter();
const wide = /\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]/u;

/** Cuts an unstyled text to at most `width` columns, the last one `…` when something was cut. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const {segment} of segmenter.segment(text)) {
    if (widthOf(kept + segment) > width - 1) break;
    kept += segment;
  }
  return width > 0 ? `${kept}…` : '';
}

/** Fills with spaces up to `width` columns. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(text)));
  return align === 'left' ? text + spaces : spaces + text;
}

/** A piece of a line with its importance; 1 stays longest. */
export interface Field {
  readonly text: string;
  readonly priority: number;
}

/** Joins the fields in their order with two spaces; as long as the line is too wide, the least important one is left out. */
export function fitFields(fields: readonly Field[], width: number): string {
  let kept = fields.filter(({text}) => text !== '');
  const joined = (): string => kept.map(({text}) => text).join('  ');
  while (kept.length > 1 && widthOf(joined()) > width) {
    const least = Math.max(...kept.map(({priority}) => priority));
    const index = kept.findLastIndex(({priority}) => priority === least);
    kept = kept.filter((_, i) => i !== index);
  }
  return joined();
}
