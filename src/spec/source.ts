import type {Origin} from './origin.js';

/** Where a text comes from: the spec itself, a file it extends, or one `key=value` of the command line. */
export type SourceKind = 'spec' | 'extends' | 'override';

/** A text with a name people recognise, and the arithmetic between offsets, lines and columns. */
export class SourceFile {
  readonly #lineStarts: number[] = [0];

  /** @param name as messages show it. @param text without byte order mark. @param path absolute; none for overrides and texts. */
  constructor(
    readonly name: string,
    readonly text: string,
    readonly kind: SourceKind,
    readonly path?: string,
  ) {
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) this.#lineStarts.push(i + 1);
  }

  /** Line and column, both counted from 1, columns in UTF-16 code units. */
  positionAt(offset: number): {readonly line: number; readonly col: number} {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return {line: low + 1, col: offset - this.#lineStarts[low]! + 1};
  }

  /** The text of a line without its line break. @param line counted from 1 */
  lineText(line: number): string {
    const start = this.#lineStarts[line - 1] ?? this.text.length;
    return this.text.slice(start, (this.#lineStarts[line] ?? this.text.length + 1) - 1).replace(/\r$/, '');
  }

  /** Where a value that starts at `offset` came from, as `exp explain` tells it. */
  originAt(offset: number): Origin {
    if (this.kind === 'override') return {kind: 'override', text: this.text};
    return {kind: this.kind === 'spec' ? 'file' : 'extends', file: this.name, line: this.positionAt(offset).line};
  }
}

/** A stretch of a source: what a message points at. */
export interface Place {
  readonly source: SourceFile;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}
