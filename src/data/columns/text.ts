import {Type} from '@sinclair/typebox';
import {type Cell, defineColumn} from './definition.js';
import {learnVocabulary, numTokens, type TokenUnit, tokenizer, type Vocabulary} from './tokens.js';

/** Texts longer than this are cut unless `length` says more: one of them would make every example as long. */
const mostTokens = 10_000;

const args = Type.Object({
  tokens: Type.Optional(
    Type.Union([Type.Literal('whitespace'), Type.Literal('word'), Type.Literal('character'), Type.Literal('byte')], {
      description:
        'How texts are cut. whitespace (default): at white space only; word: runs of letters, digits and underscores (apostrophes inside them too), and every other mark by itself; character: Unicode code points; byte: of UTF-8, byte b is token b + 2, nothing is learnt.',
    }),
  ),
  lowercase: Type.Optional(
    Type.Boolean({
      description: 'Whether texts are lower-cased first; true by default for whitespace and word, else false.',
    }),
  ),
  vocabulary: Type.Optional(
    Type.Integer({
      minimum: 3,
      maximum: 1_000_000,
      description:
        'Token numbers at most, those of padding (0) and of unknown tokens (1) counted: the most frequent tokens of the training rows get one. By default all do.',
    }),
  ),
  minCount: Type.Optional(
    Type.Integer({minimum: 1, description: 'Tokens that occur less often in training rows are unknown; 1 by default.'}),
  ),
  length: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description:
        'Tokens of an example: shorter texts are filled up with 0, longer ones are cut. By default the length of the longest training text.',
    }),
  ),
  pad: Type.Optional(
    Type.Union([Type.Literal('end'), Type.Literal('start')], {
      description:
        'Where short texts are filled up: end (default), or start, which leaves the last token last, as recurrent layers like it.',
    }),
  ),
  keep: Type.Optional(
    Type.Union([Type.Literal('start'), Type.Literal('end')], {
      description: 'Which part of a long text stays: start (default) or end.',
    }),
  ),
});

/** All that new rows need. */
export type FittedText = {
  readonly type: 'text';
  readonly length: number;
  readonly pad: 'end' | 'start';
  readonly keep: 'start' | 'end';
} & Vocabulary;

/** A text as the numbers of its tokens. */
export const text = defineColumn({
  type: 'text',
  summary: 'A text a row, as a list of token numbers for an embedding layer: 0 is padding, 1 an unknown token.',
  args,
  gives: '[length] token numbers: 0 is padding, 1 an unknown token',
  example: 'columns: {review: {type: text, tokens: word, vocabulary: 5000, length: 200}}',
  cells: 'words',
  check: ({tokens, vocabulary, minCount = 1}) =>
    tokens === 'byte' && (vocabulary !== undefined || minCount > 1)
      ? {message: 'has tokens: byte, which learns no vocabulary', hint: 'drop vocabulary and minCount'}
      : undefined,
  fit(spec, cells, {fail}): FittedText {
    const tokens: TokenUnit = spec.tokens ?? 'whitespace';
    const {
      lowercase = tokens === 'whitespace' || tokens === 'word',
      vocabulary: limit,
      minCount = 1,
      pad = 'end',
      keep = 'start',
    } = spec;
    const learnt = learnVocabulary(textsOf(cells), {tokens, lowercase, limit, minCount});
    const length = spec.length ?? Math.min(longest(textsOf(cells), learnt), mostTokens);
    if (length === 0) throw fail('has no token in any training row', 'leave it out');
    return {type: 'text', ...learnt, length, pad, keep};
  },
  layout: (fitted) => ({shape: [fitted.length], numValues: numTokens(fitted)}),
  encoder(fitted: FittedText) {
    const {length, pad, keep} = fitted;
    const numbersOf = tokenizer(fitted);
    return (cell, into, at) => {
      const all = numbersOf(String(cell ?? ''));
      const kept = keep === 'start' ? all.subarray(0, length) : all.subarray(Math.max(0, all.length - length));
      into.set(kept, pad === 'end' ? at : at + length - kept.length);
      return undefined;
    };
  },
});

/** A missing text is an empty one. */
function* textsOf(cells: Iterable<Cell>): Generator<string> {
  for (const cell of cells) yield String(cell ?? '');
}

function longest(texts: Iterable<string>, vocabulary: Vocabulary): number {
  const numbersOf = tokenizer(vocabulary);
  let most = 0;
  for (const one of texts) most = Math.max(most, numbersOf(one).length);
  return most;
}
