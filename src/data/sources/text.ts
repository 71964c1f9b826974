import {isUtf8} from 'node:buffer';
import {type Static, Type} from '@sinclair/typebox';
import {ExpError} from '../../support/errors.js';
import {byFrequency} from '../columns/categorical.js';
import {firstToken, numTokens, tokenNames, type Vocabulary} from '../columns/tokens.js';
import {DataSpecError} from '../data-error.js';
import {defaultNames, type ExampleInfo} from '../dataset.js';
import {dataFile, locateFile} from '../files/locate.js';
import {displayPath} from '../files/paths.js';
import {readData} from '../files/read.js';
import {
  defineSource,
  type EncodedExamples,
  type Examples,
  type SourceContext,
  type SourceData,
  type TrainedRows,
} from './definition.js';

const args = Type.Object({
  path: dataFile('A text, UTF-8, gzip or not, relative to the spec.'),
  tokens: Type.Union([Type.Literal('character'), Type.Literal('byte')], {
    default: 'character',
    description: 'What is predicted one after the other: Unicode code points, or the bytes of UTF-8.',
  }),
  length: Type.Integer({default: 64, minimum: 1, maximum: 65_536, description: 'Tokens of a window.'}),
  stride: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'Tokens from the start of a window to the start of the next; by default length, so none overlap.',
    }),
  ),
  vocabulary: Type.Optional(
    Type.Integer({
      minimum: 3,
      description:
        'How many token numbers there are, those of padding (0) and of unknown characters (1) counted. The most frequent characters of the training windows get the others; numbers left over stay unused. By default one for each character of the training windows, so that the size of the model has to follow the text.',
    }),
  ),
  lowercase: Type.Boolean({default: false, description: 'Whether the text is lower-cased first.'}),
  testFraction: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      description: 'Part of the text that becomes the test set: the end.',
    }),
  ),
});

type TextSpec = Static<typeof args>;

/** A text for language models. */
export const text = defineSource({
  type: 'text',
  summary: 'A text in windows of tokens, each with the same window one token later as its target: for language models.',
  args,
  facts: {
    inputs:
      '[length] token numbers; 0 is never used (it is padding in tables), 1 is a character that training windows lack',
    targets: '[length] classes: at each place the number of the next token',
    validation: 'by: order by default, the end of the training part, so that no window is trained on what follows it',
  },
  example:
    'data:\n  source: {type: text, path: data/alice.txt, length: 64, testFraction: 0.1}\n  validation: {fraction: 0.1}',
  describe: (spec, context) => loadText(spec, context),
  load: (spec, context) => loadText(spec, context),
});

/** Units of the text, by code point or by byte, and where windows start. */
interface Part {
  readonly units: Uint32Array | Uint8Array;
  readonly starts: Uint32Array;
}

async function loadText(spec: TextSpec, context: SourceContext): Promise<SourceData> {
  if (spec.tokens === 'byte' && spec.vocabulary !== undefined) {
    throw new DataSpecError('data.source.vocabulary', 'goes with tokens: character; there are 256 bytes', 'drop it');
  }
  const file = await locateFile(spec.path, context);
  const units = unitsOf(await readData(file), spec, displayPath(file));
  const numTest = Math.round(units.length * (spec.testFraction ?? 0));
  const cutAt = units.length - numTest;
  const train = windowsOf(units.subarray(0, cutAt), spec, displayPath(file), 'training');
  const test = numTest > 0 ? windowsOf(units.subarray(cutAt), spec, displayPath(file), 'test') : undefined;
  let worked: {readonly info: ExampleInfo; readonly examples: EncodedExamples} | undefined;
  const work = (trained: TrainedRows): NonNullable<typeof worked> => {
    const vocabulary = learn(train, trained(), spec);
    const {length, vocabulary: numClasses = numTokens(vocabulary)} = spec;
    return {
      info: infoOf(vocabulary, numClasses, length),
      examples: {
        train: encode(train, vocabulary, spec),
        test: test && encode(test, vocabulary, spec),
        fitted: {...vocabulary, length, numClasses},
      },
    };
  };
  return {
    numTrain: train.starts.length,
    numTest: test?.starts.length ?? 0,
    dividedBy: 'order',
    info(trained) {
      worked ??= work(trained);
      return worked.info;
    },
    encode(trained) {
      worked ??= work(trained);
      return worked.examples;
    },
  };
}

function unitsOf(bytes: Uint8Array, {tokens, lowercase}: TextSpec, shown: string): Part['units'] {
  if (!isUtf8(bytes)) throw new ExpError('DATA_INVALID', `${shown} is not UTF-8 text`, 'save it as UTF-8');
  if (tokens === 'byte' && !lowercase) return bytes;
  const whole = new TextDecoder().decode(bytes);
  const cased = lowercase ? whole.toLowerCase() : whole;
  if (tokens === 'byte') return new TextEncoder().encode(cased);
  const units = new Uint32Array(cased.length);
  let length = 0;
  for (const character of cased) units[length++] = character.codePointAt(0)!;
  return units.subarray(0, length);
}

/** Values that are one too many for an array. */
const mostValues = 2 ** 31;

function windowsOf(units: Part['units'], spec: TextSpec, shown: string, part: 'training' | 'test'): Part {
  const {length, stride = length, tokens} = spec;
  if (units.length < length + 1) {
    throw new ExpError(
      'DATA_INVALID',
      `${shown}: the ${part} part has ${units.length} ${tokens}s; a window takes length + 1 = ${length + 1}`,
      'a smaller length, or a longer text',
    );
  }
  const numWindows = Math.floor((units.length - length - 1) / stride) + 1;
  if (numWindows * length >= mostValues) {
    throw new ExpError(
      'DATA_INVALID',
      `${shown}: ${numWindows} windows of ${length} tokens are more than fit into memory`,
      `a larger stride; without one it is ${length}`,
    );
  }
  return {units, starts: Uint32Array.from({length: numWindows}, (_, i) => i * stride)};
}

/** The vocabulary of the windows that are trained on, targets counted, each place of the text once. */
function learn({units, starts}: Part, trained: Uint32Array | undefined, spec: TextSpec): Vocabulary {
  const {tokens, lowercase, length, vocabulary: limit} = spec;
  if (tokens === 'byte') return {tokens, lowercase, vocabulary: []};
  const isSeen = new Uint8Array(units.length);
  for (let i = 0; i < (trained?.length ?? starts.length); i++) {
    const start = starts[trained?.[i] ?? i]!;
    isSeen.fill(1, start, start + length + 1);
  }
  const counts = new Map<number, number>();
  units.forEach((unit, place) => {
    if (isSeen[place]) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  });
  const words = new Map(Array.from(counts, ([unit, count]) => [String.fromCodePoint(unit), count]));
  const kept = byFrequency(words).slice(0, limit === undefined ? undefined : limit - firstToken);
  return {tokens, lowercase, vocabulary: kept.map(([character]) => character)};
}

function infoOf(vocabulary: Vocabulary, numClasses: number, length: number): ExampleInfo {
  const used = tokenNames(vocabulary);
  const classNames = Array.from({length: numClasses}, (_, token) => used[token] ?? `<unused ${token}>`);
  return {
    inputs: {[defaultNames.input]: {shape: [length], numValues: numClasses}},
    targets: {[defaultNames.target]: {task: 'classification', shape: [length], numClasses, classNames}},
  };
}

function encode({units, starts}: Part, vocabulary: Vocabulary, {length}: TextSpec): Examples {
  const numbers = new Map(vocabulary.vocabulary.map((token, place) => [token.codePointAt(0), place + firstToken]));
  const isByte = vocabulary.tokens === 'byte';
  const stream = Int32Array.from(units, (unit) => (isByte ? unit + firstToken : (numbers.get(unit) ?? 1)));
  const most = numTokens(vocabulary);
  const Numbers = most <= 256 ? Uint8Array : most <= 32_768 ? Int16Array : Int32Array;
  const inputs = new Numbers(starts.length * length);
  const targets = new Numbers(starts.length * length);
  starts.forEach((start, i) => {
    inputs.set(stream.subarray(start, start + length), i * length);
    targets.set(stream.subarray(start + 1, start + length + 1), i * length);
  });
  return {
    numExamples: starts.length,
    inputs: {[defaultNames.input]: inputs},
    targets: {[defaultNames.target]: targets},
  };
}
