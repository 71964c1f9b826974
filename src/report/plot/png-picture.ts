import {fileURLToPath} from 'node:url';
import {ExpError} from '../../support/errors.js';

/** Letters that the fonts that come with exp may lack: neither of European alphabets nor signs. Those are looked for on the machine. */
const otherLetters = /[\u0590-\u1CFF\u2C00-\uFDFF\uFE10-\uFFFF]|\p{Extended_Pictographic}/u;

/**
 * An SVG of ours as PNG on white, drawn by resvg with the DejaVu fonts, so that it looks the same on every machine, also without fonts.
 * @param width in pixels @throws ExpError USAGE where the packages are not installed
 */
export async function pngPicture(svg: string, {width}: {readonly width: number}): Promise<Uint8Array> {
  const {Resvg} = await importResvg();
  const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map(fontFile);
  const picture = new Resvg(svg, {
    background: '#fff',
    fitTo: {mode: 'width', value: width},
    font: {fontFiles, loadSystemFonts: otherLetters.test(svg), defaultFontFamily: family, sansSerifFamily: family},
    logLevel: 'off',
  });
  return picture.render().asPng();
}

const family = 'DejaVu Sans';

const missing = (what: string, cause: unknown): ExpError =>
  new ExpError(
    'USAGE',
    `a picture as PNG needs the npm package ${what}, which does not load: ${(cause as Error).message.split('\n')[0]}`,
    'npm install @resvg/resvg-js dejavu-fonts-ttf; or write an .svg, which needs neither',
    {cause},
  );

async function importResvg(): Promise<typeof import('@resvg/resvg-js')> {
  try {
    return await import('@resvg/resvg-js');
  } catch (error) {
    throw missing('@resvg/resvg-js', error);
  }
}

function fontFile(name: string): string {
  try {
    return fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}`));
  } catch (error) {
    throw missing('dejavu-fonts-ttf', error);
  }
}
