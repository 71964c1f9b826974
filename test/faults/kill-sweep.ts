import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import t from 'tap';
import {readSweep} from '../../src/runs/sweep/read-sweep.js';
import {Rng} from '../../src/support/random.js';
import {differences, run, start, traces, type Victim} from './victim.js';

/** Four points with two seeds each: short trials, so that a kill meets them in all states. */
const spec = `name: victim
experiment:
  name: small
  data:
    source: {type: synthetic, pattern: blobs, numExamples: 60, numTest: 20, numClasses: 3}
    validation: {fraction: 0.2}
  model:
    layers:
      - {type: dense, units: 8, activation: relu}
      - {type: dropout, rate: 0.2}
      - {type: dense, units: 3}
  training:
    epochs: 12
    batchSize: 8
    loss: softmaxCrossEntropy
    optimizer: {type: adam, learningRate: 0.002}
    metrics: [accuracy]
  checkpoint: {everySteps: 10}
metric: val_loss
sampler: grid
parameters:
  training.optimizer.learningRate: [0.001, 0.003]
  model.layers.0.units: [4, 8]
seeds: [1, 2]
threads: 1
`;

const numTrials = 8;
/** Kills of one kind of process. */
const numKills = Number(process.env.FAULT_KILLS ?? 100) / 2;
/** Longest wait from the beginning of a session to a kill: a sweep takes about as long. */
const spanMillis = 2000;
const begin = ['sweep', 'victim.yaml', '--out', 'sweep', '--parallel', '2', '--quiet'];
const goOn = ['sweep', '--resume', 'sweep', '--parallel', '2', '--quiet'];

/** Who is killed. */
type Kind = 'coordinator' | 'worker';

/** Kills one kind of process of sweeps at seeded moments and resumes them, until what is left must equal what an undisturbed sweep left. */
export function killSweeps(kind: Kind): void {
  t.test(
    `whenever a ${kind} is killed, a sweep ends with all its trials, each once and as undisturbed`,
    {timeout: 900_000},
    async (t) => {
      const root = t.testdir();
      const folderOf = (name: string): string => {
        const folder = path.join(root, name);
        mkdirSync(folder);
        writeFileSync(path.join(folder, 'victim.yaml'), spec);
        return folder;
      };
      const undisturbed = folderOf('undisturbed');
      const {code, text} = await run(undisturbed, begin);
      t.equal(code, 0, text);
      const expected = tracesOfTrials(undisturbed);
      t.equal(expected.size, numTrials);
      const rng = Rng.fromSeed(20261124).split(kind);
      let kills = 0;
      for (let chain = 1; kills < numKills; chain++) {
        const folder = folderOf(`chain-${chain}`);
        const starts: string[] = [];
        for (let exit: number | string = ''; exit !== 0; ) {
          const isBegun = existsSync(path.join(folder, 'sweep', 'sweep.json'));
          const victim = start(folder, isBegun ? goOn : begin);
          const isLastChance = kills >= numKills;
          const what = isLastChance ? 'nobody' : await killSomebody(folder, victim, kind, rng);
          exit = await victim.ended;
          starts.push(`${isBegun ? 'resume' : 'begin'}, ${what} → ${exit}: ${victim.output()}`);
          if (what !== 'nobody') kills++;
          const isExpected = exit === 0 || exit === 'SIGKILL' || exit === 5 || (!isBegun && exit === 2);
          if (!isExpected || starts.length > 60) break;
          // What was killed before there was a plan has left nothing, or a folder that has to be cleared by hand.
          if (exit !== 0 && !existsSync(path.join(folder, 'sweep', 'sweep.json'))) break;
        }
        if (!existsSync(path.join(folder, 'sweep', 'sweep.json'))) continue;
        const wrong = wrongIn(folder, expected);
        t.strictSame(wrong, [], `chain ${chain}: ${starts.length} starts`);
        if (wrong.length === 0) continue;
        t.comment(starts.join('\n'));
        break;
      }
      t.comment(`${kills} kills`);
    },
  );
}

/** Kills the coordinator or one of the workers, after a while. @returns whom */
async function killSomebody(cwd: string, {child, ended}: Victim, kind: Kind, rng: Rng): Promise<string> {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const isAtStart = rng.uniform() < 0.1;
  const wait = (isAtStart ? 600 : spanMillis) * rng.uniform();
  const isCoordinator = isAtStart || kind === 'coordinator';
  while (!isAtStart && !isOver && !isAtWork(cwd, child.pid)) await sleep(5);
  await Promise.race([sleep(wait), ended]);
  if (isOver) return 'nobody';
  const workers = isCoordinator ? [] : workersIn(cwd);
  const pid = workers.length > 0 ? workers[rng.below(workers.length)]! : child.pid!;
  try {
    process.kill(pid, 'SIGKILL');
    return `${pid === child.pid ? 'coordinator' : 'worker'} after ${Math.round(wait)} ms`;
  } catch {
    return 'nobody';
  }
}

/** Whether the sweep is coordinated by this process by now. */
function isAtWork(cwd: string, pid: number | undefined): boolean {
  try {
    return JSON.parse(readFileSync(path.join(cwd, 'sweep', 'status.json'), 'utf8')).pid === pid;
  } catch {
    return false;
  }
}

/** Processes that hold a trial at the moment. */
function workersIn(cwd: string): readonly number[] {
  try {
    const {trials} = readSweep(path.join(cwd, 'sweep'));
    return trials
      .filter(({state}) => state === 'running')
      .map(({trial, attempts}) => {
        const file = path.join(cwd, 'sweep', 'trials', String(trial).padStart(4, '0'), `attempt-${attempts}.json`);
        return Number(JSON.parse(readFileSync(file, 'utf8')).pid);
      });
  } catch {
    return [];
  }
}

const trialsIn = (cwd: string): readonly string[] => readdirSync(path.join(cwd, 'sweep', 'trials')).sort();

/** What each trial left, but for who trained it. */
function tracesOfTrials(cwd: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  return new Map(
    trialsIn(cwd).map((name) => {
      const found = new Map(traces(path.join(cwd, 'sweep', 'trials', name)));
      found.set('files', found.get('files')!.replaceAll(/attempt-\d+\.json ?/g, ''));
      return [name, found];
    }),
  );
}

function wrongIn(cwd: string, expected: ReadonlyMap<string, ReadonlyMap<string, string>>): readonly string[] {
  const {trials, state} = readSweep(path.join(cwd, 'sweep'));
  const unfinished = trials
    .filter((trial) => trial.state !== 'finished')
    .map(({trial, state}) => `trial ${trial} is ${state}`);
  const names = trialsIn(cwd);
  const lists = names.join() === [...expected.keys()].join() ? [] : [`the trials are ${names.join()}`];
  const standing = state === 'finished' ? [] : [`the sweep is ${state}`];
  if (unfinished.length + lists.length + standing.length > 0) return [...unfinished, ...lists, ...standing];
  const found = tracesOfTrials(cwd);
  const twice = names.filter(
    (name) => endings(cwd, Number(name)).filter((ending) => ending === 'finished').length !== 1,
  );
  return [
    ...twice.map((name) => `${name} finished more than once`),
    ...names.flatMap((name) => differences(found.get(name)!, expected.get(name)!).map((text) => `${name}: ${text}`)),
  ];
}

/** How the attempts at a trial ended, by the journals. */
function endings(cwd: string, trial: number): readonly string[] {
  const folder = path.join(cwd, 'sweep', 'journal');
  return readdirSync(folder).flatMap((name) =>
    readFileSync(path.join(folder, name), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
      .filter((record) => record.type === 'ended' && record.trial === trial)
      .map(({state}) => state),
  );
}
