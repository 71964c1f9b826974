import {Type} from '@sinclair/typebox';
import {quoteCell} from '../files/table.js';
import {type Cell, defineColumn, type Learner, listWords, type Refusal} from './definition.js';

/** More categories than this are names or numbers taken for words, unless maxCategories says how many to keep. */
const mostCategories = 1000;

const args = Type.Object({
  encode: Type.Optional(
    Type.Union([Type.Literal('oneHot'), Type.Literal('index')], {
      description:
        'oneHot (default): one 0/1 number for each category; index: the number of the category, for an embedding layer.',
    }),
  ),
  unknown: Type.Optional(
    Type.Union([Type.Literal('error'), Type.Literal('bucket'), Type.Literal('zeros')], {
      description:
        'What a category becomes that no training row has, or that minCount or maxCategories leave out. error (default): the run stops; bucket: a category of its own, number 0, the others count from 1; zeros (oneHot only): 0 for every known category.',
    }),
  ),
  impute: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'What stands for a missing value (an empty cell, null): a category, which may be a new one such as missing, or mostFrequent, the most frequent one of the training rows. By default a missing value is an error.',
    }),
  ),
  minCount: Type.Optional(
    Type.Integer({minimum: 1, description: 'Categories of fewer training rows than this are unknown; 1 by default.'}),
  ),
  maxCategories: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: `Keeps the most frequent categories, so many at most; the others are unknown. By default all are kept, and more than ${mostCategories} are an error.`,
    }),
  ),
});

/** All that new rows need. */
export type FittedCategorical = {
  readonly type: 'categorical';
  readonly encode: 'oneHot' | 'index';
  readonly unknown: 'error' | 'bucket' | 'zeros';
  /** Stands for missing values. */
  readonly fill: string | null;
  /** Numbers ascending when all are numbers, else in the order of their character codes. */
  readonly categories: readonly string[];
};

/** One of several words. */
export const categorical = defineColumn({
  type: 'categorical',
  summary: 'One of several words a row, as 0/1 numbers or as the number of the word.',
  args,
  gives: '[categories] 0/1 numbers, one more with unknown: bucket; with encode: index one whole number',
  example: 'columns: {city: {type: categorical, encode: index, unknown: bucket, minCount: 5}}',
  cells: 'words',
  check({encode = 'oneHot', unknown = 'error', minCount = 1, maxCategories}) {
    if (encode === 'index' && unknown === 'zeros') {
      return {message: 'has unknown: zeros, which goes with encode: oneHot only', hint: 'set unknown: bucket'};
    }
    if (unknown !== 'error' || (minCount === 1 && maxCategories === undefined)) return undefined;
    const key = minCount > 1 ? 'minCount' : 'maxCategories';
    return {
      message: `has ${key}, which makes rare categories unknown, and unknown: error`,
      hint: 'set unknown: bucket or zeros',
    };
  },
  fit(spec, cells, {name, fail}): FittedCategorical {
    const {encode = 'oneHot', unknown = 'error', impute, minCount = 1, maxCategories} = spec;
    const {counts, fill} = countWords(cells, impute, fail);
    const frequent = byFrequency(counts).filter(([, count]) => count >= minCount);
    const categories = sortWords(frequent.slice(0, maxCategories).map(([word]) => word));
    if (maxCategories === undefined && categories.length > mostCategories) {
      throw fail(
        `has ${categories.length} different values; at most ${mostCategories} categories are accepted`,
        `leave it out (ignore: [${name}]), or declare numbers (columns: {${name}: numeric})`,
      );
    }
    if (categories.length === 0 && unknown !== 'bucket') throw fail('has no category left to learn');
    return {type: 'categorical', encode, unknown, fill, categories};
  },
  layout({encode, unknown, categories}) {
    const numValues = categories.length + (unknown === 'bucket' ? 1 : 0);
    return encode === 'index' ? {shape: [], numValues} : {shape: [numValues]};
  },
  encoder({encode, unknown, fill, categories}: FittedCategorical) {
    const first = unknown === 'bucket' ? 1 : 0;
    const numbers = new Map(categories.map((word, place) => [word, place + first]));
    return (cell, into, at) => {
      const word = cell ?? fill;
      if (word === null) return {message: 'is missing; missing values are not accepted'};
      const number = numbers.get(String(word)) ?? (unknown === 'bucket' ? 0 : undefined);
      if (number === undefined) return unknown === 'zeros' ? undefined : refusalOf(String(word), categories);
      if (encode === 'index') into[at] = number;
      else into[at + number] = 1;
      return undefined;
    };
  },
});

/** Words as people expect them in a list: numbers ascending when all are numbers, else in the order of their character codes. */
export function sortWords(words: readonly string[]): readonly string[] {
  const areNumbers = words.every((word) => Number.isFinite(Number(word)));
  return areNumbers ? words.toSorted((a, b) => Number(a) - Number(b)) : words.toSorted();
}

const refusalOf = (word: string, categories: readonly string[]): Refusal => ({
  message: `has the category ${quoteCell(word)}, which no training row has; they have ${listWords(categories)}`,
  hint: 'mend the row, or set unknownCategories: bucket or zeros',
});

/** Words with how many rows have them, the most frequent first, equally frequent ones in the order of their character codes. */
export const byFrequency = (counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
  [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));

/** How many rows have each word, missing values filled in. */
function countWords(
  cells: Iterable<Cell>,
  impute: string | undefined,
  fail: Learner['fail'],
): {readonly counts: ReadonlyMap<string, number>; readonly fill: string | null} {
  const counts = new Map<string, number>();
  let numMissing = 0;
  for (const cell of cells) {
    if (cell === undefined) numMissing++;
    else counts.set(String(cell), (counts.get(String(cell)) ?? 0) + 1);
  }
  if (impute === undefined) return {counts, fill: null};
  const fill = impute === 'mostFrequent' ? byFrequency(counts)[0]?.[0] : impute;
  if (fill === undefined) throw fail('has no value in any training row; impute: mostFrequent needs one');
  if (numMissing > 0) counts.set(fill, (counts.get(fill) ?? 0) + numMissing);
  return {counts, fill};
}
