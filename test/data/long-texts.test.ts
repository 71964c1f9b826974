import {statSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {bytesInFile, bytesInMemory} from '../../src/data/files/byte-source.js';
import {readCsvTable} from '../../src/data/files/csv-table.js';
import {readJsonlTable} from '../../src/data/files/jsonl-table.js';
import type {ColumnPlan} from '../../src/data/files/table.js';

const folder = t.testdir({});
const plan: ColumnPlan = {kinds: new Map(), named: new Map(), wants: () => true};
const numRows = 60_000; // several of the pieces that files are read in
/** Two bytes and three: characters and line breaks fall on the ends of pieces in all ways. */
const word = (row: number): string => ['é', '€', 'a,"b"\r\nc', ''][row % 4]! + 'x'.repeat(row % 23);

function written(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

for (const lineBreak of ['\n', '\r\n']) {
  t.test(`a CSV of many pieces, ${JSON.stringify(lineBreak)}`, async (t) => {
    const rows = Array.from({length: numRows}, (_, row) => `${row},"${`w${word(row)}`.replaceAll('"', '""')}"`);
    const file = written('long.csv', ['a,b', ...rows, ''].join(lineBreak));
    const bytes = bytesInFile(file, statSync(file).size);
    t.ok(bytes.length > 1e6);
    const table = readCsvTable({file, bytes, delimiter: ',', header: true}, plan);
    const [a, b] = table.columns;
    t.equal(table.numRows, numRows);
    t.ok(a!.values.every((value, row) => value === row));
    t.ok(b!.values.every((value, row) => b!.words[value] === `w${word(row)}`));
    // Rows 2, 6, 10, … take two lines.
    const line = 2 + 59_999 + 15_000;
    t.match(table.cellError(59_999, 1, 'is bad').message, new RegExp(`long\\.csv:${line}:7 is bad$`));
  });
}

t.test('JSON lines of many pieces', async (t) => {
  const rows = Array.from({length: numRows}, (_, row) => JSON.stringify({a: row, b: `w${word(row)}`}));
  const file = written('long.jsonl', `\uFEFF${rows.join('\n')}`);
  const table = readJsonlTable(file, bytesInFile(file, statSync(file).size), plan);
  const [a, b] = table.columns;
  t.equal(table.numRows, numRows);
  t.ok(a!.values.every((value, row) => value === row));
  t.ok(b!.values.every((value, row) => b!.words[value] === `w${word(row)}`));
});

t.test('what is not UTF-8 is found wherever it is', async (t) => {
  for (const at of [0, 262_143, 262_144, 400_000, 499_999]) {
    const bytes = Buffer.from(`a\n${'1\n'.repeat(250_000)}`);
    bytes[at] = 0xe9;
    const csv = {file: '/x.csv', bytes: bytesInMemory(bytes), delimiter: ',', header: true};
    t.throws(() => readCsvTable(csv, plan), {message: '/x.csv is not UTF-8 text'}, `byte ${at}`);
    const lines = Buffer.from('{"a":"bc"}\n'.repeat(50_000));
    lines[Math.floor(at / 11) * 11 + 6] = 0xe9;
    const jsonl = (): unknown => readJsonlTable('/x.jsonl', bytesInMemory(lines), plan);
    t.throws(jsonl, {message: '/x.jsonl is not UTF-8 text'}, `byte ${at}`);
  }
});
