import {stringify} from 'csv-stringify/sync';
import {plainNumbers} from '../support/plain-numbers.js';
import {type OutputReader, yesFrom} from '../training/predictions.js';

/** How predictions are written. */
export type PredictionFormat = 'csv' | 'jsonl';

/** A row to write: which example, its file where it is one, and where it stands in the batch's outputs. */
export interface PredictedRow {
  readonly row: number;
  readonly file?: string | undefined;
  readonly place: number;
}

type Outputs = Readonly<Record<string, Float32Array>>;

/** Turns outputs of the model into text. */
export interface PredictionWriter {
  /** What stands in front of the rows. */
  readonly header: string;
  /** Rows of a batch, in their order. */
  rows(rows: readonly PredictedRow[], outputs: Outputs): string;
}

export const predictionWriter = (
  format: PredictionFormat,
  readers: readonly OutputReader[],
  hasFiles: boolean,
): PredictionWriter => (format === 'csv' ? csvWriter(readers, hasFiles) : jsonlWriter(readers));

/** Full precision; formulas in names of files and classes are defused for spreadsheets. */
function csvWriter(readers: readonly OutputReader[], hasFiles: boolean): PredictionWriter {
  const columns = readers.flatMap((reader) => columnsOf(reader).map((column) => reader.prefix + column));
  const text = (rows: readonly (readonly (string | number)[])[]): string =>
    stringify(rows as (string | number)[][], {escape_formulas: true});
  return {
    header: text([['row', ...(hasFiles ? ['file'] : []), ...columns]]),
    rows: (rows, outputs) =>
      text(
        rows.map(({row, file, place}) => [
          row,
          ...(hasFiles ? [file ?? ''] : []),
          ...readers.flatMap((reader) => cellsOf(reader, outputs[reader.name]!, place)),
        ]),
      ),
  };
}

/** Of an output, without its prefix. Where there is one number only, it needs no name. */
function columnsOf({kind, names, areProbabilities}: OutputReader): readonly string[] {
  const number = areProbabilities ? 'probability' : 'score';
  if (kind === 'class') return ['class', number, ...names.map((name) => `${number}_${name}`)];
  const named = (column: string): string[] =>
    names.length === 1 ? [column] : names.map((name) => `${column}_${name}`);
  return kind === 'answers' ? [...named('answer'), ...named(number)] : named('value');
}

function cellsOf(reader: OutputReader, outputs: Float32Array, place: number): readonly (string | number)[] {
  const {best, numbers} = reader.read(outputs, place);
  if (best !== undefined) return [reader.names[best]!, numbers[best]!, ...numbers];
  if (reader.kind === 'values') return [...numbers];
  return [...Array.from(numbers, (number) => (number > yesFrom(reader) ? 1 : 0)), ...numbers];
}

/** An object a line; of a model with several outputs, an object for each by its name in `outputs`. */
function jsonlWriter(readers: readonly OutputReader[]): PredictionWriter {
  const isSingle = readers.length === 1;
  return {
    header: '',
    rows: (rows, outputs) =>
      rows
        .map(({row, file, place}) => {
          const each = readers.map((reader) => [reader.name, objectOf(reader, outputs[reader.name]!, place)] as const);
          const said = isSingle ? each[0]![1] : {outputs: Object.fromEntries(each)};
          return `${JSON.stringify({row, ...(file === undefined ? {} : {file}), ...said}, plainNumbers)}\n`;
        })
        .join(''),
  };
}

function objectOf(reader: OutputReader, outputs: Float32Array, place: number): object {
  const {kind, names, areProbabilities} = reader;
  const {best, numbers} = reader.read(outputs, place);
  const [one, many] = areProbabilities ? ['probability', 'probabilities'] : ['score', 'scores'];
  const byName = (values: ArrayLike<number | boolean>): object =>
    Object.fromEntries(names.map((name, index) => [name, values[index]]));
  if (best !== undefined) return {class: names[best], [one]: numbers[best], [many]: byName(numbers)};
  const isSingle = names.length === 1;
  if (kind === 'values') return isSingle ? {value: numbers[0]} : {values: byName(numbers)};
  const answers = Array.from(numbers, (number) => number > yesFrom(reader));
  return isSingle ? {answer: answers[0], [one]: numbers[0]} : {answers: byName(answers), [many]: byName(numbers)};
}
