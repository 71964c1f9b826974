import type {Shape} from '../support/tensor.js';
import {drawText, fitText, textHeight} from './bitmap-font.js';
import type {Picture} from './png.js';

/** A picture with the words below it. */
export interface Tile {
  /** [height, width, 1 or 3] */
  readonly values: Float32Array;
  /** Lines apart by \n. */
  readonly label: string;
}

export interface SheetOptions {
  /** Of every tile, [height, width, 1 or 3]. */
  readonly shape: Shape;
  /** Tiles side by side. */
  readonly numColumns: number;
  /** Values that are drawn black and white. */
  readonly range: readonly [number, number];
}

/** Tiles are enlarged, by whole pixels, until their longer side is at least this long. */
const leastSide = 64;
const gap = 6;
const lineHeight = textHeight + 1;
const [paper, ink] = [245, 20];

/** Draws tiles row by row, each with its label. */
export function contactSheet(tiles: readonly Tile[], {shape, numColumns, range}: SheetOptions): Picture {
  const [height, width, channels] = [shape[0]!, shape[1]!, shape[2]!];
  const scale = Math.max(1, Math.ceil(leastSide / Math.max(height, width)));
  const cellWidth = Math.max(scale * width, 40) + gap;
  const numLines = Math.max(1, ...tiles.map(({label}) => label.split('\n').length));
  const cellHeight = scale * height + 3 + numLines * lineHeight - 1 + gap;
  const numRows = Math.ceil(tiles.length / numColumns);
  const sheet: Picture = {
    height: numRows * cellHeight + gap,
    width: Math.min(numColumns, tiles.length) * cellWidth + gap,
    pixels: new Uint8Array(3 * (numRows * cellHeight + gap) * (Math.min(numColumns, tiles.length) * cellWidth + gap)),
  };
  sheet.pixels.fill(paper);
  const [black, white] = range;
  const byteOf = (value: number): number =>
    Math.min(255, Math.max(0, Math.round((255 * (value - black)) / (white - black || 1))));
  for (const [number, {values, label}] of tiles.entries()) {
    const left = gap + (number % numColumns) * cellWidth;
    const top = gap + Math.floor(number / numColumns) * cellHeight;
    for (let y = 0; y < scale * height; y++) {
      for (let x = 0; x < scale * width; x++) {
        const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels;
        const to = 3 * ((top + y) * sheet.width + left + x);
        for (let c = 0; c < 3; c++) sheet.pixels[to + c] = byteOf(values[from + (channels === 1 ? 0 : c)]!);
      }
    }
    for (const [line, text] of label.split('\n').entries())
      drawText(sheet, fitText(text, cellWidth - gap), left, top + scale * height + 3 + line * lineHeight, ink);
  }
  return sheet;
}
