import {appendFileSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {JournalReader, JournalWriter} from '../../../src/runs/sweep/journal.js';
import type {SweepRecord} from '../../../src/runs/sweep/records.js';

const started = (trial: number, attempt = 1): SweepRecord => ({
  type: 'started',
  at: '2026-01-01T00:00:00.000Z',
  session: 1,
  trial,
  attempt,
  point: trial,
  values: {x: trial / 3},
});

t.test('what is appended is read, by each reader once, with where it stands', async (t) => {
  const folder = t.testdir();
  const [first, second] = [new JournalWriter(folder, 'a'), new JournalWriter(folder, 'b')];
  const reader = new JournalReader(folder);
  t.same(reader.read(), []);
  t.same(readdirSync(folder), [], 'a journal without a line is no file');
  first.append(started(1));
  second.append(started(2));
  t.same(reader.read(), [
    {journal: 'a', line: 0, record: started(1)},
    {journal: 'b', line: 0, record: started(2)},
  ]);
  t.same(reader.read(), []);
  first.append(started(3));
  t.same(reader.read(), [{journal: 'a', line: 1, record: started(3)}]);
  t.same(reader.seen, {a: 2, b: 1});
  first.close();
  second.close();
});

t.test('a torn last line is left for later; a line that is no record is passed over but counted', async (t) => {
  const folder = t.testdir();
  const file = path.join(folder, 'a.jsonl');
  const whole = JSON.stringify(started(1));
  writeFileSync(file, whole.slice(0, 20));
  const reader = new JournalReader(folder);
  t.same(reader.read(), []);
  t.same(reader.seen, {});
  appendFileSync(file, `${whole.slice(20)}\n{"type":"ended"}\nnot json\n${whole.replace('"trial":1', '"trial":2')}\n`);
  t.same(
    reader.read().map(({line, record}) => [line, record.trial]),
    [
      [0, 1],
      [3, 2],
    ],
  );
  t.same(reader.seen, {a: 4});
});

t.test('a journal belongs to one writer', async (t) => {
  const folder = t.testdir({'a.jsonl': 'something\n'});
  const writer = new JournalWriter(folder, 'a');
  t.throws(() => writer.append(started(1)), {code: 'RUN_UNWRITABLE'});
  t.equal(readFileSync(path.join(folder, 'a.jsonl'), 'utf8'), 'something\n');
});

t.test('text with characters of several bytes is cut at lines only', async (t) => {
  const folder = t.testdir();
  const file = path.join(folder, 'a.jsonl');
  const record = {...started(1), values: {name: 'größer 漢字 😀'}} as SweepRecord;
  const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
  const reader = new JournalReader(folder);
  const read = [];
  for (let at = 0; at < bytes.length; at += 7) {
    appendFileSync(file, bytes.subarray(at, at + 7));
    read.push(...reader.read());
  }
  t.same(
    read.map((entry) => entry.record),
    [record],
  );
});
