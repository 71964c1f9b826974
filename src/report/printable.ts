import {plainNumbers} from '../support/plain-numbers.js';

const longest = 200;
const longestSentence = 1000;

/** Control characters, halves of surrogate pairs, and what is invisible or turns the direction of the text around. */
const unseen =
  /[\p{Cc}\p{Cs}\u061C\u180E\u200B\u200E\u200F\u2028\u2029\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]/gu;

/** The same without line breaks, which only stand between the values of JSON. */
const unseenInJson = new RegExp(unseen.source.replace('\\p{Cc}', '\\x7F-\\x9F'), 'gu');

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** JSON on several lines, in which everything that no eye sees is escaped; NaN and infinities are text. */
export const visibleJson = (value: unknown): string =>
  `${JSON.stringify(value, plainNumbers, 2).replace(unseenInJson, escaped)}\n`;

/** Text of unknown origin: control characters (and with them terminal codes and line breaks) become visible as `\u001b`. */
export const visible = (text: string): string => text.replace(unseen, escaped);

/** {@link visible} text for a line or a cell: the end of a very long one is left out. */
export const printable = (text: string): string => shortened(text, longest);

/** The same of a sentence, which may be longer. */
export const printableSentence = (text: string): string => shortened(text, longestSentence);

function shortened(text: string, most: number): string {
  const shown = visible(text);
  if (shown.length <= most) return shown;
  const cut = shown.slice(0, most);
  return `${cut.replace(/[\uD800-\uDBFF]$/, '')}…`;
}
