import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {appendLabels, checkNote, checkTag, parseLabels, tagsWith} from '../../src/runs/labels.js';
import {readRun} from '../../src/runs/run.js';
import {writeRun} from './run-folders.js';

const time = '2026-01-02T03:04:05.000Z';

t.test('tags and notes are what their lines say, from the first to the last', async (t) => {
  const warnings: string[] = [];
  const text = [
    `{"time":"${time}","tag":"good"}`,
    `{"time":"${time}","untag":"lesson"}`,
    `{"time":"${time}","note":"first"}`,
    '{"time":"2026-01-0',
    '',
    '[]',
    '{"tag":1}',
    `{"time":"${time}","tag":"bad"}`,
    `{"time":"${time}","untag":"bad"}`,
    `{"time":5,"note":"second"}`,
    '',
  ].join('\n');
  const labels = parseLabels(text, (message) => warnings.push(message));
  t.strictSame(labels, {
    added: ['good'],
    removed: ['lesson', 'bad'],
    notes: [
      {text: 'first', time},
      {text: 'second', time: ''},
    ],
  });
  t.strictSame(
    warnings,
    [4, 6, 7].map((line) => `line ${line} of labels.jsonl is damaged and left out`),
  );
  t.strictSame(tagsWith(['lesson', 'mnist'], labels), ['mnist', 'good']);
  t.strictSame(tagsWith(['good'], labels), ['good'], 'once');
  const replaced = parseLabels(`${text}{"time":"${time}","note":"third","replace":true}\n`, () => {});
  t.strictSame(replaced.notes, [{text: 'third', time}]);
  t.strictSame(parseLabels(`${text}{"time":"${time}","note":"","replace":true}\n`, () => {}).notes, []);
});

t.test('a torn line does not swallow the next one', async (t) => {
  const folder = writeRun(t.testdir(), 'a');
  writeFileSync(path.join(folder, 'labels.jsonl'), '{"tag":"one"}\n{"tag":"tw');
  appendLabels(folder, [{tag: 'three'}], new Date(time));
  t.equal(
    readFileSync(path.join(folder, 'labels.jsonl'), 'utf8'),
    `{"tag":"one"}\n{"tag":"tw\n{"time":"${time}","tag":"three"}\n`,
  );
  const run = readRun(folder);
  t.strictSame(run.tags, ['one', 'three']);
  t.strictSame(run.warnings, ['line 2 of labels.jsonl is damaged and left out']);
});

t.test('tags of the spec hold for runs that have not finished, too', async (t) => {
  const folder = writeRun(t.testdir(), 'a', {
    summary: false,
    status: {state: 'interrupted'},
    spec: {tags: ['lesson', 'mnist']},
  });
  appendLabels(folder, [{untag: 'lesson'}, {tag: 'mine'}]);
  t.strictSame(readRun(folder).tags, ['mnist', 'mine']);
});

t.test('many processes tag and annotate a run at once, and nothing is lost', async (t) => {
  const folder = writeRun(t.testdir(), 'a');
  const program = `
    import {appendLabels} from ${JSON.stringify(path.resolve('src/runs/labels.ts'))};
    const [folder, name] = process.argv.slice(2);
    for (let i = 0; i < 50; i++) {
      appendLabels(folder, [{tag: name + i}, {note: name + i + ' ' + 'x'.repeat(500)}]);
      if (i % 2 === 0) appendLabels(folder, [{untag: name + i}]);
    }`;
  const script = `${t.testdirName}.mts`;
  writeFileSync(script, program);
  t.teardown(() => rmSync(script));
  const names = ['a', 'b', 'c', 'd'];
  const children = names.map((name) =>
    spawn(process.execPath, ['--import', 'tsx', script, folder, name], {stdio: 'inherit'}),
  );
  const exits = await Promise.all(children.map((child) => once(child, 'exit')));
  t.strictSame(
    exits,
    names.map(() => [0, null]),
  );
  const run = readRun(folder);
  t.strictSame(run.warnings, []);
  t.equal(run.notes.length, 200);
  const odd = Array.from({length: 25}, (_, i) => 2 * i + 1);
  t.strictSame([...run.tags].sort(), names.flatMap((name) => odd.map((i) => `${name}${i}`)).sort());
});

t.test('what is no tag and no note', async (t) => {
  for (const tag of ['', ' a', 'a ', 'a,b', 'a\nb', '\u001b[31m', 'x'.repeat(65)]) {
    t.throws(() => checkTag(tag), {code: 'USAGE', message: /is no tag: 1 to 64 characters/}, JSON.stringify(tag));
  }
  for (const tag of ['a', 'needs review', '=1+1', '<b>', 'ü', '-', 'x'.repeat(64)]) checkTag(tag);
  t.throws(() => checkNote('x'.repeat(10_001)), {
    code: 'USAGE',
    message: /at most 10000 characters; this one has 10001/,
  });
});
