import sharp from 'sharp';
import t from 'tap';
import {pngPicture} from '../../../src/report/plot/png-picture.js';
import {svgPlot} from '../../../src/report/plot/svg-plot.js';

/** Pixels as red, green, blue. */
async function pixelsOf(png: Uint8Array) {
  const {data, info} = await sharp(png).removeAlpha().raw().toBuffer({resolveWithObject: true});
  const at = (x: number, y: number) => [...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)];
  return {...info, at};
}

t.test('a picture is the SVG at twice its size, on white', async (t) => {
  const points = [0, 1].map((x) => ({x, y: x}));
  const titles = {title: 'Verlust', xTitle: 'epoch', yTitle: 'loss'};
  const {width, height, at} = await pixelsOf(
    await pngPicture(svgPlot([{name: 'loss', points}], titles), {width: 1440}),
  );
  t.same([width, height], [1440, 840]);
  t.same(at(1439, 839), [255, 255, 255]);
  // The line from (76, 368) to (700, 56) of the drawing passes through its middle.
  t.same(at(2 * 388, 2 * 212), [0x00, 0x72, 0xb2]);
});

t.test('letters are drawn, also where no font is installed', async (t) => {
  for (const letters of ['val_loss', 'learningRate 0.01 × 3', 'Größe ± σ']) {
    const svg = (text: string) => svgPlot([], {title: text, xTitle: '', yTitle: ''});
    const {at} = await pixelsOf(await pngPicture(svg(letters), {width: 720}));
    let numDark = 0;
    for (let x = 0; x < 200; x++) for (let y = 5; y < 30; y++) if (at(x, y)[0]! < 100) numDark++;
    t.ok(numDark > 40, `${letters}: ${numDark} dark pixels`);
  }
});
