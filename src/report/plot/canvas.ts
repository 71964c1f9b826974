/** How finely a canvas draws: dots side by side and one above the other in a letter, and the letter that some of them make. */
export interface Pen {
  readonly dotsAcross: number;
  readonly dotsDown: number;
  /** @param bits one for each dot, row by row from the top left, lowest first */
  letter(bits: number, series: number): string;
}

/** Bits of the dots of a braille letter (Unicode 1.1, block U+2800), row by row. */
const brailleBits = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];

/** Eight dots a letter. */
export const braille: Pen = {
  dotsAcross: 2,
  dotsDown: 4,
  letter: (bits) =>
    String.fromCodePoint(brailleBits.reduce((code, bit, i) => code | (bits & (1 << i) ? bit : 0), 0x2800)),
};

/** Three heights a letter, in ASCII. */
export const strokes: Pen = {dotsAcross: 1, dotsDown: 3, letter: (bits) => " '-|.|||"[bits]!};

const letters = '*+ox#@%&abcdefghijkmnpqrstuvwyz';

/** Curves that {@link marks} tells apart. */
export const numMarks = letters.length;

/** One dot a letter, another letter for each series. */
export const marks: Pen = {
  dotsAcross: 1,
  dotsDown: 1,
  letter: (_bits, series) => letters[series % letters.length]!,
};

/** Letters that lines are drawn into. */
export class Canvas {
  readonly #bits: Uint8Array;
  readonly #series: Uint8Array;

  /** @param columns letters of a row @param rows letters of a column */
  constructor(
    private readonly pen: Pen,
    readonly columns: number,
    readonly rows: number,
  ) {
    this.#bits = new Uint8Array(columns * rows);
    this.#series = new Uint8Array(columns * rows);
  }

  /** A straight line; ends are shares of the width from the left and of the height from the top, in [0, 1]. */
  line([fromX, fromY]: Place, [toX, toY]: Place, series: number): void {
    const [width, height] = [this.columns * this.pen.dotsAcross - 1, this.rows * this.pen.dotsDown - 1];
    const [startX, startY] = [Math.round(fromX * width), Math.round(fromY * height)];
    const [acrossX, acrossY] = [Math.round(toX * width) - startX, Math.round(toY * height) - startY];
    const length = Math.max(Math.abs(acrossX), Math.abs(acrossY));
    for (let i = 0; i <= length; i++) {
      const share = length === 0 ? 0 : i / length;
      this.#dot(startX + Math.round(share * acrossX), startY + Math.round(share * acrossY), series);
    }
  }

  /** The letters of a row from the left, with the series drawn last; nothing where nothing was drawn. */
  row(row: number): readonly ({readonly letter: string; readonly series: number} | undefined)[] {
    return Array.from({length: this.columns}, (_, column) => {
      const cell = row * this.columns + column;
      const [bits, series] = [this.#bits[cell]!, this.#series[cell]!];
      return bits === 0 ? undefined : {letter: this.pen.letter(bits, series), series};
    });
  }

  #dot(x: number, y: number, series: number): void {
    const {dotsAcross, dotsDown} = this.pen;
    const cell = Math.floor(y / dotsDown) * this.columns + Math.floor(x / dotsAcross);
    this.#bits[cell]! |= 1 << ((y % dotsDown) * dotsAcross + (x % dotsAcross));
    this.#series[cell] = series;
  }
}

type Place = readonly [x: number, y: number];
