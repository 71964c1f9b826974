import t from 'tap';
import {readCsvTable} from '../../src/data/files/csv-table.js';
import {readJsonlTable} from '../../src/data/files/jsonl-table.js';
import type {ColumnKind, ColumnPlan} from '../../src/data/files/table.js';
import {throwsWith} from './fixtures.js';

/** A plan under which columns of these kinds may lack values. */
const lacking = (...kinds: readonly ColumnKind[]): ColumnPlan => ({
  kinds: new Map([['word', 'categorical']]),
  named: new Map(),
  wants: () => true,
  acceptsMissing: (_name, kind) => kinds.includes(kind),
});

const csv = (text: string, plan: ColumnPlan) =>
  readCsvTable({file: '/x.csv', bytes: Buffer.from(text), delimiter: ',', header: true}, plan).columns.map(
    ({kind, values, words}) => [kind, ...Array.from(values, (value) => words[value] ?? value)],
  );

const jsonl = (rows: readonly object[], plan: ColumnPlan) =>
  readJsonlTable('/x.jsonl', Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n\n')), plan).columns.map(
    ({kind, values, words}) => [kind, ...Array.from(values, (value) => words[value] ?? value)],
  );

t.test('texts that say "no value"', async (t) => {
  const numbers = 'a,b\n,1\n1,2\nNA,3\nn/a,3\nnull,3\nNone,3\n?,3\nNaN,3\n';
  const missing = Array<number>(6).fill(Number.NaN);
  t.strictSame(csv(numbers, lacking('numeric')), [
    ['numeric', Number.NaN, 1, ...missing],
    ['numeric', 1, 2, 3, 3, 3, 3, 3, 3],
  ]);
  t.strictSame(csv('a,word\nNA,NA\n?,\nx,y\n', lacking('categorical')), [
    ['categorical', 'NA', '?', 'x'],
    ['categorical', 'NA', -1, 'y'],
  ]);
  t.strictSame(csv('a,b\n,1\nNA,2\n', lacking('numeric')), [
    ['numeric', Number.NaN, Number.NaN],
    ['numeric', 1, 2],
  ]);
});

t.test('typed values', async (t) => {
  t.strictSame(jsonl([{a: null, b: 'x'}, {a: 1, b: ''}, {b: null}, {a: 2}], lacking('numeric', 'categorical')), [
    ['numeric', Number.NaN, 1, Number.NaN, 2],
    ['categorical', 'x', -1, -1, -1],
  ]);
});

t.test('a column that may lack numbers and holds words is told where it lacks one', async () => {
  throwsWith(() => csv('b,a\n1,\n2,x\n', lacking('numeric')), {
    code: 'DATA_INVALID',
    message: '/x.csv:2:3 column "a" is empty; missing values are not accepted',
    hint: 'fill it in, impute it (columns: {a: {type: categorical, impute: mostFrequent}}), or leave the column out: ignore: [a]',
  });
  throwsWith(() => jsonl([{a: null}, {a: 'x'}], lacking('numeric')), {
    code: 'DATA_INVALID',
    message: '/x.jsonl:1 column "a" is null; missing values are not accepted',
    hint: 'fill it in, impute it (columns: {a: {type: categorical, impute: mostFrequent}}), or leave the column out: ignore: [a]',
  });
});
