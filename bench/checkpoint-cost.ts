/**
 * What saving the state costs a training run, and what part of it that is.
 *
 *   node --import tsx bench/checkpoint-cost.ts [--spec experiments/mnist-cnn.yaml] [--steps 200] [--every 40] [--rounds 3] [--dir FOLDER]
 *
 * Trains the same updates with a checkpoint every so often and without any, in turn, with a real run folder below --dir (the disk counts:
 * every file is synced); the difference of the medians, by checkpoint, is the cost. The part is that of one checkpoint after each epoch,
 * as `checkpoint: {last: true}` has it.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';
import {loadExperiment} from '../src/experiment/load.js';
import {prepareExperiment} from '../src/experiment/prepare.js';
import {RunDirectory} from '../src/runs/run-directory.js';
import {RunWriter} from '../src/runs/run-writer.js';
import {train} from '../src/training/loop.js';
import {describeMachine, quantile} from './machine.js';

const {values: flags} = parseArgs({
  options: {
    spec: {type: 'string', default: 'experiments/mnist-cnn.yaml'},
    steps: {type: 'string', default: '200'},
    every: {type: 'string', default: '40'},
    rounds: {type: 'string', default: '3'},
    dir: {type: 'string', default: '.'},
  },
});
const [numSteps, every, numRounds] = [Number(flags.steps), Number(flags.every), Number(flags.rounds)];

const loaded = await loadExperiment(
  {path: flags.spec},
  {overrides: ['training.schedule=null', 'data.validation=null']},
);
const prepared = await prepareExperiment(loaded, console.warn);
const {session, dataset, model, rng, plan} = prepared;
const runsDir = mkdtempSync(path.join(flags.dir, 'checkpoint-cost-'));

interface Cost {
  readonly wallMillis: number;
  readonly cpuMillis: number;
  /** In which the training thread did nothing but save. */
  readonly blockedMillis: number;
}

async function measure(saves: boolean): Promise<Cost> {
  const directory = RunDirectory.create({runsDir, name: 'cost'});
  const writer = new RunWriter(directory, {metricColumns: ['loss'], runningColumns: [], logEverySteps: 1_000_000});
  const {earlyStopping: _stopping, ...rest} = loaded.spec.training;
  const training = {...rest, metrics: [], maxSteps: numSteps + 1};
  let blockedMillis = 0;
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  await train({
    ...{session, dataset: {info: dataset.info, train: dataset.train} as typeof dataset, model, rng},
    spec: training,
    checkpoint: {last: saves, everySteps: every},
    outputShapes: model.outputShapes,
    numParameters: model.numParameters,
    async listener(event) {
      if (event.type !== 'checkpoint' || event.step > numSteps) return;
      const before = performance.now();
      await writer.listen(event);
      blockedMillis += performance.now() - before;
    },
  });
  await writer.flush();
  const {user, system} = process.cpuUsage(cpu);
  await writer.close();
  rmSync(directory.path, {recursive: true});
  return {wallMillis: performance.now() - start, cpuMillis: (user + system) / 1000, blockedMillis};
}

try {
  await measure(true);
  const [without, having]: [Cost[], Cost[]] = [[], []];
  for (let round = 0; round < numRounds; round++) {
    without.push(await measure(false));
    having.push(await measure(true));
  }
  const median = (costs: readonly Cost[], key: keyof Cost): number =>
    quantile(
      costs.map((cost) => cost[key]),
      0.5,
    );
  const {weights, slots} = await session.readState();
  const bytes = [...weights.values(), ...slots.values()].reduce((sum, {values}) => sum + values.byteLength, 0);
  const numSaved = Math.floor(numSteps / every);
  const epochMillis = (median(without, 'wallMillis') / numSteps) * plan.stepsPerEpoch;
  const costOf = (key: keyof Cost): number => (median(having, key) - median(without, key)) / numSaved;
  const share = (millis: number): string =>
    `${((100 * millis) / epochMillis).toFixed(2)} % of an epoch of ${(epochMillis / 1000).toFixed(1)} s`;
  console.log(describeMachine());
  console.log(
    `${flags.spec}: a state of ${(bytes / 1e6).toFixed(1)} MB, ${numSaved} checkpoints in ${numSteps} updates, median of ${numRounds}`,
  );
  console.log(`wall time     ${costOf('wallMillis').toFixed(0)} ms each: ${share(costOf('wallMillis'))}`);
  console.log(
    `CPU time      ${costOf('cpuMillis').toFixed(0)} ms each, all threads: ${share(costOf('cpuMillis'))} if nothing else used the cores`,
  );
  console.log(`held up       ${costOf('blockedMillis').toFixed(0)} ms each: ${share(costOf('blockedMillis'))}`);
} finally {
  rmSync(runsDir, {recursive: true, force: true});
  await prepared.dispose();
}
