import {createLogUpdate} from 'log-update';
import {columnsOf, type TextStream} from './sink.js';
import {widthOf} from './text.js';

/** Lines at the bottom of a terminal that are drawn anew in place. */
export class LiveFrame {
  readonly #live: ReturnType<typeof createLogUpdate>;
  #lines: readonly string[] = [];
  #width = 0;

  constructor(readonly stream: TextStream) {
    this.#live = createLogUpdate(terminalOf(stream));
  }

  /** One column is left free: some terminals break the line when the last one is written. */
  get width(): number {
    return columnsOf(this.stream) - 1;
  }

  /** Lines that a frame may have, so that its first one is not scrolled away. */
  get height(): number {
    return Math.max(1, (this.stream.rows || 24) - 1);
  }

  /** @param text no line wider than {@link width} */
  draw(text: string): void {
    this.#eraseReflown();
    this.#live(text);
    this.#lines = text.split('\n');
    this.#width = columnsOf(this.stream);
  }

  /** Takes the frame away, so that lines can be printed. */
  clear(): void {
    if (this.#lines.length === 0) return;
    this.#eraseReflown();
    this.#live.clear();
    this.#lines = [];
  }

  close(): void {
    this.clear();
    this.#live.done();
  }

  /** A terminal that became narrower has broken the lines of the frame, which then takes more rows than were drawn. */
  #eraseReflown(): void {
    const columns = columnsOf(this.stream);
    if (this.#lines.length === 0 || columns >= this.#width) return;
    const extra = this.#lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)) - 1, 0);
    if (extra > 0) this.stream.write('\u001B[1A\u001B[2K'.repeat(extra));
  }
}

/** What log-update draws on; asks the terminal for its size at each drawing, so a resize is seen. */
export function terminalOf(stream: TextStream): NodeJS.WritableStream {
  const terminal = Object.create(process.stdout) as NodeJS.WriteStream;
  return Object.defineProperties(terminal, {
    isTTY: {value: true},
    columns: {get: () => columnsOf(stream)},
    rows: {get: () => stream.rows || 24},
    write: {value: (text: string) => stream.write(text)},
  });
}
