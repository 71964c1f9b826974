import {type ByteSource, chunksOf} from './byte-source.js';

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
export function placeOfField(source: ByteSource, startByte: number, field: number, delimiter: string): TextPlace {
  const hasMark = source.slice(0, 1)[0] === 0xef; // byte order mark
  const start = startByte === 0 && hasMark ? 3 : startByte;
  const lineStart = startOfLine(source, start, hasMark ? 3 : 0);
  const text = new TextDecoder().decode(source.slice(lineStart, start + maxRecordBytes));
  let at = new TextDecoder().decode(source.slice(lineStart, start)).length;
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
  return {line: countLineBreaks(source, lineStart) + lines.length, column: (lines.at(-1) ?? '').length + 1};
}

const lineBreak = /\r\n|\n|\r/;
const carriageReturn = 13;
const lineFeed = 10;

/** @param first where the text starts */
function startOfLine(source: ByteSource, from: number, first: number): number {
  const start = Math.max(0, from - maxRecordBytes);
  const bytes = source.slice(start, from);
  let at = from;
  while (at > start && bytes[at - start - 1] !== lineFeed && bytes[at - start - 1] !== carriageReturn) at--;
  return Math.max(at, Math.min(first, from));
}

function countLineBreaks(source: ByteSource, end: number): number {
  let count = 0;
  let isAfterReturn = false;
  for (const bytes of chunksOf(source, end)) {
    for (const byte of bytes) {
      if (byte === carriageReturn || (byte === lineFeed && !isAfterReturn)) count++;
      isAfterReturn = byte === carriageReturn;
    }
  }
  // The second half of this line break stands after the end.
  return isAfterReturn && source.slice(end, end + 1)[0] === lineFeed ? count - 1 : count;
}
