import t from 'tap';
import type {Cell, ColumnDefinition, Learner} from '../../../src/data/columns/definition.js';
import {type ColumnKindName, columnKinds} from '../../../src/data/columns/index.js';
import type {FittedValues} from '../../../src/data/dataset.js';
import {ExpError} from '../../../src/support/errors.js';
import {Rng} from '../../../src/support/random.js';
import {sizeOf} from '../../../src/support/tensor.js';
import {readReference, relativeError} from '../../reference/read.js';

type Spec = {readonly type: ColumnKindName; readonly [argument: string]: unknown};

const learner: Learner = {
  name: 'x',
  fail: (message, hint) => new ExpError('DATA_INVALID', `column "x" ${message}`, hint),
};

const fit = (spec: Spec, cells: readonly Cell[]): FittedValues => {
  const definition: ColumnDefinition = columnKinds[spec.type];
  const refusal = definition.check?.(spec as never);
  if (refusal) throw learner.fail(refusal.message, refusal.hint);
  return definition.fit(spec as never, cells, learner);
};

/** All cells as numbers, or what is wrong with the first bad one. */
function encode(fitted: FittedValues, cells: readonly Cell[]): number[] | string {
  const definition: ColumnDefinition = columnKinds[fitted.type as ColumnKindName];
  const size = sizeOf(definition.layout(fitted).shape);
  const into = new Float32Array(cells.length * size);
  const encodeCell = definition.encoder(fitted);
  for (const [i, cell] of cells.entries()) {
    const refusal = encodeCell(cell, into, i * size);
    if (refusal) return refusal.message;
  }
  return [...into];
}

const layout = (fitted: FittedValues) => {
  const definition: ColumnDefinition = columnKinds[fitted.type as ColumnKindName];
  return definition.layout(fitted);
};

interface NumericCase {
  readonly title: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly train: readonly (number | null)[];
  readonly new: readonly (number | null)[];
  readonly expected: {readonly train: readonly number[]; readonly new: readonly number[]};
}

const reference = readReference<{
  readonly numeric: readonly NumericCase[];
  readonly oneHot: {train: string[]; new: string[]; categories: string[]; expected: number[][]};
}>('columns');

const cellsOf = (values: readonly (number | null)[]): Cell[] => values.map((value) => value ?? undefined);

t.test('numbers are scaled and imputed as scikit-learn does', async (t) => {
  t.equal(reference.numeric.length, 69);
  for (const {title, spec, train, new: added, expected} of reference.numeric) {
    const fitted = fit({type: 'numeric', ...spec}, cellsOf(train));
    for (const [cells, wanted] of [
      [train, expected.train],
      [added, expected.new],
    ] as const) {
      const got = encode(fitted, cellsOf(cells));
      if (typeof got === 'string') t.fail(`${title}: ${got}`);
      else t.ok(relativeError(got, wanted) < 1e-6, `${title}: ${relativeError(got, wanted)}`);
    }
    t.strictSame(layout(fitted), {shape: []});
  }
});

t.test('words become 0/1 numbers as in scikit-learn', async (t) => {
  const {train, new: added, expected} = reference.oneHot;
  const fitted = fit({type: 'categorical', unknown: 'zeros'}, train);
  t.strictSame(fitted.categories, reference.oneHot.categories);
  t.strictSame(encode(fitted, added), expected.flat());
  t.strictSame(layout(fitted), {shape: [train.length - 3]});
});

t.test('categories: order, buckets, counts, missing values', async (t) => {
  const cells = ['b', 'a', 'b', undefined, 'c', 'a', 'b', undefined, undefined, undefined];
  const known = cells.filter((cell) => cell !== undefined);
  t.strictSame(fit({type: 'categorical'}, ['10', '9', '-1.5']).categories, ['-1.5', '9', '10'], 'numbers as numbers');
  t.strictSame(fit({type: 'categorical'}, ['10', '9', 'x']).categories, ['10', '9', 'x']);

  const indices = fit({type: 'categorical', encode: 'index'}, known);
  t.strictSame(layout(indices), {shape: [], numValues: 3});
  t.strictSame(encode(indices, ['c', 'a', 'b']), [2, 0, 1]);
  t.equal(encode(indices, ['a', 'z']), 'has the category "z", which no training row has; they have a, b, c');
  t.equal(encode(indices, [undefined]), 'is missing; missing values are not accepted');

  const bucket = fit({type: 'categorical', encode: 'index', unknown: 'bucket'}, known);
  t.strictSame(layout(bucket), {shape: [], numValues: 4});
  t.strictSame(encode(bucket, ['z', 'a', 'b', 'c']), [0, 1, 2, 3]);
  const oneHot = fit({type: 'categorical', unknown: 'bucket', minCount: 2}, known);
  t.strictSame(oneHot.categories, ['a', 'b']);
  t.strictSame(encode(oneHot, ['c', 'b']), [1, 0, 0, 0, 0, 1]);
  const most = fit({type: 'categorical', unknown: 'zeros', maxCategories: 1}, known);
  t.strictSame([most.categories, encode(most, ['a', 'b'])], [['b'], [0, 1]]);
  t.strictSame(fit({type: 'categorical', unknown: 'zeros', maxCategories: 1}, ['y', 'x']).categories, ['x']);

  const added = fit({type: 'categorical', encode: 'index', impute: 'gone'}, cells);
  t.strictSame(
    [added.categories, encode(added, [undefined, 'gone', 'a'])],
    [
      ['a', 'b', 'c', 'gone'],
      [3, 3, 0],
    ],
  );
  const likely = fit({type: 'categorical', encode: 'index', impute: 'mostFrequent'}, cells);
  t.strictSame([likely.categories, encode(likely, [undefined])], [['a', 'b', 'c'], [1]]);
});

t.test('texts become token numbers', async (t) => {
  const texts = ["Don't  stop, DON'T\n", 'stop: naïve_1', '', undefined];
  const white = fit({type: 'text'}, texts);
  // don't 2 times; naïve_1, stop, and stop: once, in the order of their codes ("stop," before "stop:")
  t.strictSame(white, {
    type: 'text',
    tokens: 'whitespace',
    lowercase: true,
    vocabulary: ["don't", 'naïve_1', 'stop,', 'stop:'],
    length: 3,
    pad: 'end',
    keep: 'start',
  });
  t.strictSame(layout(white), {shape: [3], numValues: 6});
  t.strictSame(encode(white, ["don't go stop, now", undefined, 'stop:']), [2, 1, 4, 0, 0, 0, 5, 0, 0]);

  const word = fit({type: 'text', tokens: 'word', vocabulary: 5, length: 4, pad: 'start', keep: 'end'}, texts);
  t.strictSame(word.vocabulary, ["don't", 'stop', ','], 'the most frequent three; 0 and 1 are reserved');
  t.strictSame(encode(word, ["Stop, don't stop!", 'stop']), [4, 2, 3, 1, 0, 0, 0, 3]);
  t.strictSame(fit({type: 'text', tokens: 'word', minCount: 2}, texts).vocabulary, ["don't", 'stop']);

  const character = fit({type: 'text', tokens: 'character'}, ['aA😀a']);
  t.strictSame(character.vocabulary, ['a', 'A', '😀'], 'code points, upper case kept');
  t.strictSame(encode(character, ['😀b']), [4, 1, 0, 0]);

  const byte = fit({type: 'text', tokens: 'byte', length: 3}, ['x']);
  t.strictSame([byte.vocabulary, layout(byte)], [[], {shape: [3], numValues: 258}]);
  t.strictSame(encode(byte, ['é', 'a']), [0xc3 + 2, 0xa9 + 2, 0, 0x61 + 2, 0, 0]);
});

t.test('what cannot be learnt or encoded says so', async (t) => {
  const cases: readonly [Spec, readonly Cell[], string, string?][] = [
    [
      {type: 'numeric', impute: 'mean'},
      [undefined],
      'has no value in any training row; impute: mean needs one',
      'impute a number, or leave it out',
    ],
    [{type: 'numeric', scale: 'minMax'}, [1, undefined], 'is missing; missing values are not accepted'],
    [{type: 'numeric', scale: 'minMax', log1p: true}, [1, -1], 'is -1; log1p takes numbers above -1'],
    [{type: 'numeric', clip: [2, 1]}, [1], 'has clip: [2, 1]; expected the smaller number first'],
    [
      {type: 'categorical', encode: 'index', unknown: 'zeros'},
      ['a'],
      'has unknown: zeros, which goes with encode: oneHot only',
      'set unknown: bucket',
    ],
    [
      {type: 'categorical', minCount: 2},
      ['a', 'a'],
      'has minCount, which makes rare categories unknown, and unknown: error',
      'set unknown: bucket or zeros',
    ],
    [{type: 'categorical', unknown: 'zeros', minCount: 2}, ['a'], 'has no category left to learn'],
    [
      {type: 'categorical', impute: 'mostFrequent'},
      [undefined],
      'has no value in any training row; impute: mostFrequent needs one',
    ],
    [
      {type: 'text', tokens: 'byte', vocabulary: 9},
      ['a'],
      'has tokens: byte, which learns no vocabulary',
      'drop vocabulary and minCount',
    ],
    [{type: 'text'}, [' ', undefined], 'has no token in any training row', 'leave it out'],
  ];
  for (const [spec, cells, message, hint] of cases) {
    t.throws(() => fit(spec, cells), {message: `column "x" ${message}`, hint}, JSON.stringify(spec));
  }
  t.equal(encode(fit({type: 'numeric'}, []), [1, undefined]), 'is missing; missing values are not accepted');
  t.equal(encode(fit({type: 'numeric', log1p: true}, []), [-2]), 'is -2; log1p takes numbers above -1');
  const narrow = fit({type: 'numeric', scale: 'standardize'}, [0, 1e-100]);
  t.equal(encode(narrow, [1]), 'is 1, which becomes 2e+100');
});

t.test('what is saved and loaded encodes new rows alike', async (t) => {
  const rng = Rng.fromSeed(7);
  const pick = <T>(...choices: readonly T[]): T => choices[rng.below(choices.length)]!;
  const number = (): Cell => (rng.below(4) ? Math.fround(100 * rng.normal() ** 3) : undefined);
  const letters = ['a', 'B', ' ', "'", 'é', '😀', '1', '.', '\t'];
  const word = (): Cell =>
    rng.below(6) ? Array.from({length: rng.below(9)}, () => pick(...letters)).join('') : undefined;
  const specs: Record<string, () => Spec> = {
    numeric: () => ({
      type: 'numeric',
      scale: pick('none', 'standardize', 'minMax', 'quantile'),
      impute: pick<string | number>('mean', 'median', -0.1),
      log1p: false,
      ...(rng.below(2) ? {clip: [-20.5, 1 / 3]} : {}),
      quantiles: pick(2, 5, 1000),
    }),
    categorical: () => ({
      type: 'categorical',
      ...pick({encode: 'oneHot', unknown: 'zeros'}, {encode: 'index', unknown: 'bucket'}, {unknown: 'bucket'}),
      impute: pick('mostFrequent', 'missing'),
      minCount: pick(1, 2),
    }),
    text: () => {
      const tokens = pick('whitespace', 'word', 'character', 'byte');
      return {type: 'text', tokens, length: pick(1, 4, 20), pad: pick('start', 'end'), keep: pick('start', 'end')};
    },
  };
  for (let i = 0; i < 300; i++) {
    const kind = pick('numeric', 'categorical', 'text');
    const make = kind === 'numeric' ? number : word;
    const train = [...Array.from({length: 40}, make), kind === 'numeric' ? 1 : 'a', kind === 'numeric' ? 2 : 'a'];
    const added = Array.from({length: 40}, make);
    const spec = specs[kind]!();
    const fitted = fit(spec, train);
    const loaded = JSON.parse(JSON.stringify(fitted));
    const got = encode(fitted, added);
    if (typeof got === 'string') t.fail(`${JSON.stringify(spec)}: ${got}`);
    t.strictSame(encode(loaded, added), got, JSON.stringify(spec));
    t.strictSame(layout(loaded), layout(fitted));
    t.strictSame(JSON.parse(JSON.stringify(loaded)), fitted);
  }
});
