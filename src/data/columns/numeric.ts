import {type Static, Type} from '@sinclair/typebox';
import {type Cell, defineColumn, type Learner} from './definition.js';
import {type FittedScale, fitScale, quantileOf, type ScaleName, scaler} from './scaling.js';

const args = Type.Object({
  scale: Type.Optional(
    Type.Union([Type.Literal('none'), Type.Literal('standardize'), Type.Literal('minMax'), Type.Literal('quantile')], {
      description:
        'Learnt from the training rows. none (default): the number itself; standardize: mean 0, standard deviation 1; minMax: their smallest is 0, their largest 1; quantile: the share of training rows below, in [0, 1]. The definitions of scikit-learn.',
    }),
  ),
  impute: Type.Optional(
    Type.Union([Type.Literal('mean'), Type.Literal('median'), Type.Number()], {
      'x-expected': 'mean, median or a number',
      description:
        'What stands for a missing value (an empty cell, NA, null, NaN): the mean or median of the training rows, or this number. By default a missing value is an error. Comes before clip, log1p and scale.',
    }),
  ),
  clip: Type.Optional(
    Type.Tuple([Type.Number(), Type.Number()], {
      'x-expected': 'two numbers, such as [0, 100]',
      description: 'Smallest and largest value, in the units of the table; what lies beyond becomes the bound.',
    }),
  ),
  log1p: Type.Optional(
    Type.Boolean({
      description: 'Takes the natural logarithm of 1 + value before scaling: for amounts that span magnitudes.',
    }),
  ),
  quantiles: Type.Optional(
    Type.Integer({
      minimum: 2,
      maximum: 10_000,
      description: 'For scale: quantile, how many reference points to learn at most; 1000 by default.',
    }),
  ),
});

type NumericSpec = Readonly<Static<typeof args>>;

/** All that new rows need. */
export type FittedNumeric = {
  readonly type: 'numeric';
  /** Stands for missing values. */
  readonly fill: number | null;
  readonly clip: readonly [number, number] | null;
  readonly log1p: boolean;
} & FittedScale;

/** One number. */
export const numeric = defineColumn({
  type: 'numeric',
  summary: 'A number a row, scaled or as it is.',
  args,
  gives: 'one number',
  example: 'columns: {income: {type: numeric, scale: standardize, impute: median, log1p: true}}',
  cells: 'numbers',
  check: ({clip}) =>
    clip && clip[0] > clip[1]
      ? {message: `has clip: [${clip.join(', ')}]; expected the smaller number first`}
      : undefined,
  fit(spec, cells, {fail}): FittedNumeric {
    const {scale = 'none', clip = null, log1p = false, quantiles = 1000} = spec;
    const before = {type: 'numeric', fill: fillOf(spec, cells, fail), clip, log1p} as const;
    if (scale === 'none') return {...before, scale};
    const prepare = preparation(before);
    const values = Float64Array.from(cells, (cell) => prepare(cell) ?? Number.NaN);
    if (values.some(Number.isNaN)) throw fail(unlearnable(cells, before));
    return {...before, ...fitScale(scale satisfies ScaleName, values, quantiles)};
  },
  layout: () => ({shape: []}),
  encoder(fitted: FittedNumeric) {
    const prepare = preparation(fitted);
    const scaled = scaler(fitted);
    return (cell, into, at) => {
      const value = prepare(cell);
      if (value === undefined) return {message: refusalOf(cell, fitted)};
      into[at] = scaled(value);
      return Number.isFinite(into[at]) ? undefined : {message: `is ${cell}, which becomes ${scaled(value)}`};
    };
  },
});

type Preparation = Pick<FittedNumeric, 'fill' | 'clip' | 'log1p'>;

/** What happens to a cell before it is scaled; undefined where that is no number. */
function preparation({fill, clip, log1p}: Preparation): (cell: Cell) => number | undefined {
  return (cell) => {
    let value = cell === undefined ? fill : Number(cell);
    if (value === null) return undefined;
    if (clip) value = Math.min(Math.max(value, clip[0]), clip[1]);
    if (log1p) value = Math.log1p(value);
    return Number.isFinite(value) ? value : undefined;
  };
}

const refusalOf = (cell: Cell, {log1p}: Preparation): string =>
  cell === undefined
    ? 'is missing; missing values are not accepted'
    : log1p
      ? `is ${cell}; log1p takes numbers above -1`
      : `is ${cell}; expected a finite number`;

/** The message for the first cell that is no number. */
function unlearnable(cells: Iterable<Cell>, before: Preparation): string {
  const prepare = preparation(before);
  for (const cell of cells) if (prepare(cell) === undefined) return refusalOf(cell, before);
  throw new Error('every cell is a number');
}

function fillOf({impute}: NumericSpec, cells: Iterable<Cell>, fail: Learner['fail']): number | null {
  if (typeof impute !== 'string') return impute ?? null;
  const known: number[] = [];
  for (const cell of cells) if (cell !== undefined) known.push(Number(cell));
  if (known.length === 0) {
    throw fail(`has no value in any training row; impute: ${impute} needs one`, 'impute a number, or leave it out');
  }
  if (impute === 'median') return quantileOf(Float64Array.from(known).sort(), 1, 2);
  const standard = fitScale('standardize', Float64Array.from(known), 2);
  return standard.scale === 'standardize' ? standard.mean : null;
}
