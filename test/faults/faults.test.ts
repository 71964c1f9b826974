import {spawnSync} from 'node:child_process';
import {cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import t from 'tap';
import {mountSmallDisk} from '../runs/full-disk.js';
import {differences, run, runFolder, start, traces, type Victim} from './victim.js';

/** Trains for about a second, so that there is time for something to happen. */
const spec = `name: victim
seed: 3
data:
  source: {type: synthetic, pattern: blobs, numExamples: 300, numTest: 30, numClasses: 3}
  validation: {fraction: 0.2}
model:
  layers:
    - {type: dense, units: 64, activation: relu}
    - {type: batchNormalization}
    - {type: dropout, rate: 0.2}
    - {type: dense, units: 3}
training:
  epochs: 100
  batchSize: 8
  loss: softmaxCrossEntropy
  optimizer: {type: adam, learningRate: 0.002}
  metrics: [accuracy]
  logEverySteps: 5
checkpoint: {monitor: val_loss}
`;

const begin = ['run', 'victim.yaml', '--quiet'];
const resume = ['resume', 'latest', '--quiet'];

t.testdir();

function folderOf(name: string, text = spec): string {
  const folder = path.join(t.testdirName, name);
  mkdirSync(folder, {recursive: true});
  writeFileSync(path.join(folder, 'victim.yaml'), text);
  return folder;
}

const file = (cwd: string, name: string): string => path.join(runFolder(cwd)!, name);
const readStatus = (cwd: string) => JSON.parse(readFileSync(file(cwd, 'status.json'), 'utf8'));
const numRows = (cwd: string): number => {
  const folder = runFolder(cwd);
  const target = folder === undefined ? '' : path.join(folder, 'metrics.csv');
  return existsSync(target) ? readFileSync(target, 'utf8').split('\n').length - 2 : 0;
};

/** Waits until some epochs are over. */
async function trained(cwd: string, {child}: Victim, rows = 5): Promise<void> {
  while (numRows(cwd) < rows && child.exitCode === null) await sleep(5);
}

/** A run that was stopped in the middle, with its folder for each test that asks for one. */
async function interrupted(
  name: string,
  signal: NodeJS.Signals = 'SIGTERM',
  args = begin,
  text = spec,
): Promise<string> {
  const folder = folderOf(name, text);
  const victim = start(folder, args);
  await trained(folder, victim);
  victim.child.kill(signal);
  const code = await victim.ended;
  if (code !== 130) throw new Error(`${name} ended with ${code}: ${victim.output()}`);
  return folder;
}

t.test('a run that is disturbed', {timeout: 600_000}, async (t) => {
  const whole = folderOf('whole');
  t.equal((await run(whole, begin)).code, 0);
  const expected = traces(runFolder(whole)!);
  const isWhole = (folder: string, what: string): void =>
    void t.strictSame(differences(traces(runFolder(folder)!), expected), [], what);
  const source = await interrupted('source');
  t.ok(existsSync(file(source, 'checkpoints/last/state.json')));
  /** The same interrupted run in a folder of its own. */
  const copy = (name: string): string => {
    const folder = folderOf(name);
    cpSync(path.join(source, 'runs'), path.join(folder, 'runs'), {recursive: true});
    return folder;
  };
  /** With an older checkpoint as well: the run goes on for a while and is stopped once more. */
  const older = copy('older');
  const victim = start(older, resume);
  await trained(older, victim, numRows(older) + 5);
  victim.child.kill('SIGINT');
  t.equal(await victim.ended, 130);
  t.strictSame(readdirSync(file(older, 'checkpoints')).sort(), ['best', 'last', 'last.previous']);
  t.match(readStatus(older), {state: 'interrupted', resumes: [{checkpoint: 'checkpoints/last'}]});

  await t.test('by a signal ends with a checkpoint and goes on from there', async (t) => {
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR1'] as const) {
      const folder = await interrupted(signal, signal);
      t.match(readStatus(folder), {state: 'interrupted'});
      const {code, text} = await run(folder, resume);
      t.equal(code, 0, text);
      isWhole(folder, signal);
    }
  });

  await t.test('by a second Ctrl-C ends at once, and no file is damaged', async (t) => {
    const folder = folderOf('twice');
    const victim = start(folder, begin);
    await trained(folder, victim);
    victim.child.kill('SIGINT');
    victim.child.kill('SIGINT');
    await sleep(2);
    victim.child.kill('SIGINT');
    t.equal(await victim.ended, 130);
    const {code, text} = await run(folder, resume);
    t.equal(code, 0, text);
    isWhole(folder, 'twice');
  });

  await t.test('by damage to its checkpoint names the file and takes the one before', async (t) => {
    const flip = (at: (bytes: Buffer) => number) => (bytes: Buffer) => {
      bytes[at(bytes)]! ^= 4;
      return bytes;
    };
    const damages: readonly (readonly [string, string, (bytes: Buffer) => Buffer])[] = [
      ['the length of the header', 'weights.safetensors', flip(() => 1)],
      ['the header', 'optimizer.safetensors', flip(() => 20)],
      ['a tensor', 'weights.safetensors', flip((bytes) => bytes.length - 3)],
      ['the end', 'optimizer.safetensors', (bytes) => bytes.subarray(0, bytes.length - 1)],
      ['everything', 'weights.safetensors', () => Buffer.alloc(0)],
      ['the position', 'state.json', flip((bytes) => bytes.indexOf('"stepInEpoch"') + 16)],
      ['a hash', 'state.json', flip((bytes) => bytes.length - 8)],
    ];
    for (const [what, name, damage] of damages) {
      const folder = folderOf(`damaged ${what}`);
      cpSync(path.join(older, 'runs'), path.join(folder, 'runs'), {recursive: true});
      const target = file(folder, path.join('checkpoints/last', name));
      writeFileSync(target, damage(readFileSync(target)));
      const {code, text} = await run(folder, resume);
      t.equal(code, 0, text);
      t.match(text, `checkpoints/last/${name} is damaged: `, what);
      t.match(text, 'an older checkpoint is used');
      isWhole(folder, what);
    }
    const folder = copy('all damaged');
    for (const name of readdirSync(file(folder, 'checkpoints')).filter((name) => name.startsWith('last'))) {
      rmSync(file(folder, path.join('checkpoints', name, 'weights.safetensors')));
    }
    const refused = await run(folder, resume);
    t.equal(refused.code, 2);
    t.match(refused.text, /no checkpoint of the run is intact: .*weights\.safetensors is damaged: it is missing/);
    rmSync(file(folder, 'checkpoints'), {recursive: true});
    t.equal((await run(folder, resume)).code, 0, 'from the beginning');
    isWhole(folder, 'from the beginning');
  });

  await t.test('by a checkpoint of another version is told which one to use', async (t) => {
    const folder = copy('version');
    const state = file(folder, 'checkpoints/last/state.json');
    writeFileSync(state, readFileSync(state, 'utf8').replace('"format": 1', '"format": 7'));
    const {code, text} = await run(folder, resume);
    t.equal(code, 2);
    t.match(
      text,
      /is of format 7; this version of exp \(.*\) goes on from format 1\nhint: {2}use the version of exp that began the run/,
    );
  });

  await t.test('by a clock that jumps back is judged by its process', async (t) => {
    const folder = copy('clock');
    const target = file(folder, 'status.json');
    const change = (status: object): void =>
      writeFileSync(target, JSON.stringify({...readStatus(folder), state: 'running', endedAt: undefined, ...status}));
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const now = new Date(Date.now() + 60_000).toISOString();
    change({host: 'elsewhere', heartbeatAt: now});
    const alive = await run(folder, resume);
    t.equal(alive.code, 2);
    t.match(alive.text, 'is running: process ');
    change({host: hostname(), pid: process.pid, process: 'another boot:1', heartbeatAt: soon});
    t.equal((await run(folder, resume)).code, 0, 'its number has been given to another process');
    isWhole(folder, 'clock');
  });

  await t.test('by a pause goes on; nobody resumes it meanwhile', async (t) => {
    const folder = folderOf('paused');
    const victim = start(folder, begin);
    await trained(folder, victim);
    victim.child.kill('SIGSTOP');
    const {code, text} = await run(folder, resume);
    t.equal(code, 2);
    t.match(text, new RegExp(`is running: process ${victim.child.pid} on `));
    victim.child.kill('SIGCONT');
    t.equal(await victim.ended, 0);
    isWhole(folder, 'paused');
  });

  await t.test('is resumed by one process only', async (t) => {
    const folder = copy('many');
    const all = await Promise.all([1, 2, 3, 4].map(() => run(folder, resume)));
    const winners = all.filter(({code}) => code === 0);
    t.equal(winners.length, 1, all.map(({text}) => text).join('\n'));
    for (const {code, text} of all) {
      if (code !== 0) t.match(text, /is running: process|is being resumed by another process|is finished/);
    }
    isWhole(folder, 'many');
    t.strictSame(
      readdirSync(runFolder(folder)!).filter((name) => name.includes('claim')),
      [],
    );
  });

  await t.test('by a limit to its files fails, and goes on without', async (t) => {
    const folder = folderOf('limited');
    const {code, text} = await run(folder, begin, 'ulimit -f 12');
    t.equal(code, 1);
    t.match(text, /cannot write .*: the file would be larger than allowed \(EFBIG\)/);
    t.match(readStatus(folder), {state: 'failed'});
    const again = await run(folder, resume);
    t.equal(again.code, 0, again.text);
    isWhole(folder, 'limited');
  });

  await t.test('by a full disk fails, and goes on when there is space', async (t) => {
    const disk = mountSmallDisk(150 * 4096);
    if (!disk) {
      t.comment('a tmpfs cannot be mounted here: the full disk is not tried');
      return;
    }
    t.teardown(() => disk.unmount());
    writeFileSync(path.join(disk.path, 'victim.yaml'), spec);
    const victim = start(disk.path, begin);
    await trained(disk.path, victim);
    disk.fill(0);
    t.equal(await victim.ended, 1);
    t.match(victim.output(), /cannot write .*: the disk is full \(ENOSPC\)/);
    disk.clear();
    const again = await run(disk.path, resume);
    t.equal(again.code, 0, again.text);
    isWhole(disk.path, 'full disk');
  });

  await t.test('by a disk that is read-only is left as it is', async (t) => {
    const disk = mountSmallDisk(400 * 4096);
    if (!disk) {
      t.comment('a tmpfs cannot be mounted here: the read-only folder is not tried');
      return;
    }
    t.teardown(() => disk.unmount());
    cpSync(source, disk.path, {recursive: true});
    const remount = (how: string): number | null => spawnSync('mount', ['-o', `remount,${how}`, disk.path]).status;
    t.equal(remount('ro'), 0);
    const {code, text} = await run(disk.path, resume);
    t.equal(code, 1);
    t.match(text, /cannot write .*: the file system is read-only \(EROFS\)/);
    t.equal(remount('rw'), 0);
    t.equal((await run(disk.path, resume)).code, 0);
    isWhole(disk.path, 'read-only');
  });

  await t.test('goes on with the other engine, and comes to about the same', async (t) => {
    const folder = copy('engines');
    const {code, text} = await run(folder, [...resume, 'engine=eager']);
    t.equal(code, 0, text);
    const summaryOf = (cwd: string) => JSON.parse(readFileSync(file(cwd, 'summary.json'), 'utf8'));
    const [ours, theirs] = [summaryOf(folder), summaryOf(whole)];
    t.equal(ours.engine, 'eager');
    for (const [name, value] of Object.entries<number>(theirs.metrics.final)) {
      t.ok(Math.abs(ours.metrics.final[name] - value) < 1e-3, `${name}: ${ours.metrics.final[name]}, ${value}`);
    }
  });

  await t.test('is found again by exp run --resume-if-exists', async (t) => {
    const folder = copy('found');
    const again = [...begin, '--resume-if-exists'];
    t.equal((await run(folder, again)).code, 0);
    isWhole(folder, 'found');
    const {code, text} = await run(folder, again);
    t.equal(code, 0, 'finished already');
    t.match(text, runFolder(folder)!.split('/').at(-1)!);
    t.equal((await run(folder, [...again, 'training.epochs=2'])).code, 0);
    t.equal(readdirSync(path.join(folder, 'runs')).length, 2, 'another spec is another run');
  });

  await t.test('is trained further than it was to be', async (t) => {
    const folder = folderOf('further');
    t.equal((await run(folder, [...begin, 'training.epochs=50'])).code, 0);
    const done = await run(folder, resume);
    t.equal(done.code, 2);
    t.match(done.text, /is finished: 50 epochs, 1500 steps\nhint: {2}training\.epochs=100 trains it further/);
    t.equal((await run(folder, [...resume, 'training.epochs=100'])).code, 0);
    isWhole(folder, 'further');
    t.match(readFileSync(file(folder, 'resolved.yaml'), 'utf8'), 'epochs: 100');
    t.match(JSON.parse(readFileSync(file(folder, 'origins.json'), 'utf8')), {
      'training.epochs': {kind: 'override', text: 'training.epochs=100'},
    });
    const refused = await run(folder, [...resume, 'training.batchSize=4']);
    t.equal(refused.code, 2);
    t.match(refused.text, /training\.batchSize cannot be changed when a run is resumed/);
    rmSync(file(folder, 'checkpoints'), {recursive: true});
    const pruned = await run(folder, [...resume, 'training.epochs=101']);
    t.equal(pruned.code, 2);
    t.match(pruned.text, /is finished, and its checkpoints are gone/);
  });
});

t.test('the runs of a group go on, and the missing ones are made', {timeout: 300_000}, async (t) => {
  const text = spec
    .replace('seed: 3', 'seeds: [3, 4]')
    .replace('{fraction: 0.2}', '{kFold: 2}')
    .replace('epochs: 100', 'epochs: 30');
  // A run that was killed before it had begun leaves a folder that nothing is in.
  const finishedRuns = (folder: string): readonly string[] =>
    readdirSync(path.join(folder, 'runs')).filter((name) =>
      existsSync(path.join(folder, 'runs', name, 'summary.json')),
    );
  const byPlace = (folder: string): ReadonlyMap<string, string> =>
    new Map(
      finishedRuns(folder).flatMap((name) => {
        const all = [...traces(path.join(folder, 'runs', name))];
        const {seed, group} = JSON.parse(readFileSync(path.join(folder, 'runs', name, 'summary.json'), 'utf8'));
        return all.map(
          ([key, value]) => [`${seed} ${group.fold}: ${key}`, value.replace(/"id":"[a-z]{8}"/, '')] as const,
        );
      }),
    );
  const whole = folderOf('whole group', text);
  t.equal((await run(whole, begin)).code, 0);
  const folder = folderOf('killed group', text);
  const victim = start(folder, begin);
  while (!existsSync(path.join(folder, 'runs')) || readdirSync(path.join(folder, 'runs')).length < 2) await sleep(2);
  await sleep(50);
  victim.child.kill('SIGKILL');
  t.equal(await victim.ended, 'SIGKILL');
  const both = await Promise.all([1, 2].map(() => run(folder, [...resume, '--group'])));
  t.ok(
    both.some(({code}) => code === 0),
    both.map(({text}) => text).join('\n'),
  );
  t.strictSame(differences(byPlace(folder), byPlace(whole)), []);
  t.equal(finishedRuns(folder).length, 4);
});
