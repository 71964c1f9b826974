import type {Picture} from './png.js';

/** Columns of a letter and the gap after it. */
const advance = 6;
/** Rows from the top of a capital to the bottom of a g. */
export const textHeight = 8;

/** The usual 5 × 7 letters of small displays, from the space to the tilde: five columns each, in hexadecimal, lowest bit on top. */
const columns =
  '000000000000005f00000007000700147f147f14242a7f2a12231308646236495620500008070300001c2241000041221c00' +
  '2a1c7f1c2a08083e080800807030000808080808000060600020100804023e5149453e00427f400072494949462141494d33' +
  '1814127f1027454545393c4a49493141211109073649494936464949291e0000140000004034000000081422411414141414' +
  '004122140802015909063e415d594e7c1211127c7f494949363e414141227f4141413e7f494949417f090909013e41415173' +
  '7f0808087f00417f41002040413f017f081422417f404040407f021c027f7f0408107f3e4141413e7f090909063e4151215e' +
  '7f09192946264949493203017f01033f4040403f1f2040201f3f4038403f631408146303047804036159494d43007f414141' +
  '0204081020004141417f04020102044040404040000307080020545478407f284444383844444428384444287f3854545418' +
  '00087e090218a4a49c787f0804047800447d40002040403d007f1028440000417f40007c047804787c080404783844444438' +
  'fc1824241818242418fc7c08040408485454542404043f44243c4040207c1c2040201c3c4030403c44281028444c9090907c' +
  '4464544c440008364100000077000000413608000201020402';

/** As much of a text as fits, without accents and with ? for what the font lacks. */
export function fitText(text: string, width: number): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '');
  const letters = Array.from(plain, (letter) => (letter >= ' ' && letter <= '~' ? letter : '?'));
  const numFitting = Math.max(0, Math.floor((width + 1) / advance));
  return letters.length <= numFitting
    ? letters.join('')
    : `${letters.slice(0, Math.max(0, numFitting - 2)).join('')}..`;
}

/** Draws a text of this font's letters in one grey. @param grey 0 is black */
export function drawText(
  {width, height, pixels}: Picture,
  text: string,
  left: number,
  top: number,
  grey: number,
): void {
  for (const [place, letter] of [...text].entries()) {
    const glyph = 10 * (letter.charCodeAt(0) - 32);
    for (let column = 0; column < 5; column++) {
      const bits = Number.parseInt(columns.slice(glyph + 2 * column, glyph + 2 * column + 2), 16);
      const x = left + place * advance + column;
      for (let row = 0; row < textHeight; row++) {
        const y = top + row;
        if ((bits >> row) & 1 && x < width && y < height)
          pixels.fill(grey, 3 * (y * width + x), 3 * (y * width + x) + 3);
      }
    }
  }
}
