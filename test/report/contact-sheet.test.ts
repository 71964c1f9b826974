import sharp from 'sharp';
import t from 'tap';
import {drawText, fitText} from '../../src/report/bitmap-font.js';
import {contactSheet} from '../../src/report/contact-sheet.js';
import {encodePng, type Picture} from '../../src/report/png.js';

t.test('a PNG is read by others as it was written', async (t) => {
  const pixels = Uint8Array.from({length: 5 * 7 * 3}, (_, i) => (i * 73) % 256);
  const {data, info} = await sharp(encodePng({height: 5, width: 7, pixels}))
    .raw()
    .toBuffer({resolveWithObject: true});
  t.match(info, {height: 5, width: 7, channels: 3});
  t.strictSame([...data], [...pixels]);
});

t.test('letters look like letters', async (t) => {
  const picture: Picture = {height: 8, width: 18, pixels: new Uint8Array(8 * 18 * 3).fill(255)};
  drawText(picture, 'Ag7', 0, 0, 0);
  const rows = Array.from({length: 8}, (_, y) =>
    Array.from({length: 18}, (_, x) => (picture.pixels[3 * (y * 18 + x)] === 0 ? '#' : '.')).join(''),
  );
  t.strictSame(rows, [
    '..#.........#####.',
    '.#.#............#.',
    '#...#..###......#.',
    '#...#.#..##....#..',
    '#####.#..##...#...',
    '#...#..##.#..#....',
    '#...#.....#.#.....',
    '.......###........',
  ]);
});

t.test('labels fit: cut, without accents, ? for what the font lacks', async (t) => {
  t.equal(fitText('Ärger été', 60), 'Arger ete');
  t.equal(fitText('日本 7', 60), '?? 7');
  t.equal(fitText('a long label', 47), 'a long..');
  t.equal(fitText('abc', 17), 'abc');
  t.equal(fitText('abc', 16), '..');
});

t.test('tiles are enlarged by whole pixels and lie in rows', async (t) => {
  const values = [Float32Array.of(0, 1, 0.5, 2), Float32Array.of(1, 1, 1, 1), Float32Array.of(0, 0, 0, 0)];
  const tiles = values.map((tile) => ({values: tile, label: ''}));
  const {width, height, pixels} = contactSheet(tiles, {shape: [2, 2, 1], numColumns: 2, range: [0, 1]});
  // 2 pixels × 32, a gap of 6 around, 8 + 3 for the label.
  t.strictSame([width, height], [2 * 70 + 6, 2 * 81 + 6]);
  const at = (x: number, y: number): number[] => [...pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3)];
  t.strictSame(at(6, 6), [0, 0, 0]);
  t.strictSame(at(6 + 31, 6 + 31), [0, 0, 0]);
  t.strictSame(at(6 + 32, 6 + 31), [255, 255, 255]);
  t.strictSame(at(6 + 31, 6 + 32), [128, 128, 128]);
  t.strictSame(at(6 + 63, 6 + 63), [255, 255, 255], 'beyond white is white');
  t.strictSame(at(76, 6), [255, 255, 255], 'the second to the right');
  t.strictSame(at(6, 87), [0, 0, 0], 'the third below');
  t.strictSame(at(3, 3), [245, 245, 245]);
  const colours = contactSheet([{values: Float32Array.of(0, 100, 255), label: ''}], {
    shape: [1, 1, 3],
    numColumns: 8,
    range: [0, 255],
  });
  t.strictSame([...colours.pixels.subarray(3 * (6 * colours.width + 6), 3 * (6 * colours.width + 7))], [0, 100, 255]);
});
