/** Line and column, both counted from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** No record is looked at further than this. */
const maxRecordBytes = 1 << 20;

/**
 * Where a field of a record stands in a CSV text. Only asked for in error messages.
 * @param startByte where the record before it ends; blank lines may follow. @param field counted from 0
 */
export function placeOfField(bytes: Uint8Array, startByte: number, field: number, delimiter: string): TextPlace {
  const start = startByte === 0 && bytes[0] === 0xef ? 3 : startByte; // byte order mark
  const lineStart = startOfLine(bytes, start);
  const text = new TextDecoder().decode(bytes.subarray(lineStart, start + maxRecordBytes));
  let at = new TextDecoder().decode(bytes.subarray(lineStart, start)).length;
  at += /^(?:[^\S\r\n]*(?:\r\n|\n|\r))*/.exec(text.slice(at))?.[0].length ?? 0;
  for (let skipped = 0, quoted = false; skipped < field && at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (!quoted && text.startsWith(delimiter, at)) {
      skipped++;
      at += delimiter.length - 1;
    }
  }
  const blanks = /^[^\S\r\n]*/.exec(text.slice(at))?.[0].split(delimiter)[0]?.length ?? 0;
  const lines = text.slice(0, at + blanks).split(lineBreak);
  return {line: countLineBreaks(bytes, lineStart) + lines.length, column: (lines.at(-1) ?? '').length + 1};
}

const lineBreak = /\r\n|\n|\r/;
const carriageReturn = 13;
const lineFeed = 10;

function startOfLine(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at > 0 && bytes[at - 1] !== lineFeed && bytes[at - 1] !== carriageReturn) at--;
  return at === 0 && bytes[0] === 0xef ? Math.min(3, from) : at;
}

function countLineBreaks(bytes: Uint8Array, end: number): number {
  let count = 0;
  for (let i = 0; i < end; i++) {
    if (bytes[i] === lineFeed || (bytes[i] === carriageReturn && bytes[i + 1] !== lineFeed)) count++;
  }
  return count;
}
