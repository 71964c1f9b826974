import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {
  claimAttempt,
  isAbandoned,
  isSuperseded,
  newestAttempt,
  readTrialFile,
  writeTrialFile,
} from '../../../src/runs/sweep/attempts.js';

const attempts = path.resolve('src/runs/sweep/attempts.ts');

/** Runs a piece of code in a process of its own; its standard output. */
async function inProcess(code: string): Promise<string> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (part) => {
    text += String(part);
  });
  await once(child, 'close');
  return text;
}

t.test('of many processes that claim an attempt one gets it', async (t) => {
  const folder = path.join(t.testdir(), '0001');
  const answers = await Promise.all(
    Array.from({length: 4}, (_, i) =>
      inProcess(
        `import {claimAttempt} from ${JSON.stringify(attempts)};
         let won = 0;
         for (let attempt = 1; attempt <= 25; attempt++) if (claimAttempt(${JSON.stringify(folder)}, attempt, {worker: 'w${i}'})) won++;
         console.log(won);`,
      ),
    ),
  );
  t.equal(
    answers.map(Number).reduce((sum, one) => sum + one, 0),
    25,
  );
  t.equal(newestAttempt(folder), 25);
  t.same(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  );
  for (const name of readdirSync(folder))
    t.match(JSON.parse(readFileSync(path.join(folder, name), 'utf8')).worker, /^w\d$/);
});

t.test('an attempt is abandoned when its process is gone', async (t) => {
  const folder = path.join(t.testdir(), '0001');
  t.ok(claimAttempt(folder, 1, {worker: 'me'}));
  t.notOk(isAbandoned(folder, 1), 'this process is there');
  const claims = `import {claimAttempt} from ${JSON.stringify(attempts)}; console.log(claimAttempt(${JSON.stringify(folder)}, 2, {worker: 'other'}))`;
  t.match(await inProcess(claims), 'true');
  t.ok(isAbandoned(folder, 2));
  t.ok(isSuperseded(folder, 1));
  t.notOk(isSuperseded(folder, 2));
  writeFileSync(path.join(folder, 'attempt-2.json'), '{"pid":');
  t.ok(isAbandoned(folder, 2), 'damaged: nobody can be asked');
});

t.test('a task that the scheduler started again takes over from itself, and from nobody else', async (t) => {
  const folder = path.join(t.testdir(), '0001');
  claimAttempt(folder, 1, {worker: 'me', task: {id: '7_3', restart: 0}});
  t.notOk(isAbandoned(folder, 1, {worker: 'other', task: {id: '7_4', restart: 1}}));
  t.notOk(isAbandoned(folder, 1, {worker: 'again', task: {id: '7_3', restart: 0}}));
  t.ok(isAbandoned(folder, 1, {worker: 'again', task: {id: '7_3', restart: 1}}));
});

t.test('what a trial is, is said once', async (t) => {
  const folder = path.join(t.testdir(), '0003');
  t.equal(readTrialFile(folder), undefined);
  const trial = {trial: 3, point: 3, values: {x: 0.25}, seen: {a: 4}};
  t.same(writeTrialFile(folder, trial), trial);
  t.same(writeTrialFile(folder, {...trial, values: {x: 1}}), trial, 'the first one holds');
  t.same(readTrialFile(folder), trial);
});
