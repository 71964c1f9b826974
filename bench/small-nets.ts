/**
 * Microseconds per training step of nets so small that arithmetic is nothing and the loop is everything, and where they go.
 *
 *   node --import tsx bench/small-nets.ts [--steps 20000] [--rounds 3] [--spec experiments/1-xor.yaml …]
 *
 * CPU time of the whole process and wall-clock time, both per step: on a busy machine only the first one tells anything.
 * The loop is `train` with a listener that does nothing; batches and session are also measured alone, on the same examples.
 */
import {parseArgs} from 'node:util';
import {createCompiledSession} from '../src/engine/compiled/session.js';
import {loadExperiment} from '../src/experiment/load.js';
import {prepareExperiment} from '../src/experiment/prepare.js';
import {train} from '../src/training/loop.js';
import {describeMachine, quantile} from './machine.js';

const {values: flags} = parseArgs({
  options: {
    spec: {type: 'string', multiple: true, default: ['experiments/1-xor.yaml', 'experiments/2-iris-mlp.yaml']},
    steps: {type: 'string', default: '20000'},
    rounds: {type: 'string', default: '3'},
    threads: {type: 'string', default: ''},
  },
});
const [numSteps, numRounds] = [Number(flags.steps), Number(flags.rounds)];

interface Cost {
  readonly cpuMicros: number;
  readonly wallMicros: number;
}

/** @param run makes so many steps */
async function costOf(run: (numSteps: number) => Promise<void> | void): Promise<Cost> {
  await run(Math.ceil(numSteps / 10));
  const costs: Cost[] = [];
  for (let round = 0; round < numRounds; round++) {
    const [cpu, start] = [process.cpuUsage(), performance.now()];
    await run(numSteps);
    const {user, system} = process.cpuUsage(cpu);
    costs.push({
      cpuMicros: (user + system) / numSteps,
      wallMicros: (1000 * (performance.now() - start)) / numSteps,
    });
  }
  const median = (key: keyof Cost): number =>
    quantile(
      costs.map((cost) => cost[key]),
      0.5,
    );
  return {cpuMicros: median('cpuMicros'), wallMicros: median('wallMicros')};
}

console.log(describeMachine());
console.log('| net | part | CPU µs/step | wall µs/step |\n|---|---|---|---|');
for (const path of flags.spec) {
  // Validation and test sets are evaluated once an epoch; here the steps count.
  const overrides = [
    'engine=compiled',
    'device=cpu',
    'data.validation=null',
    'checkpoint=null',
    `training.epochs=${numSteps}`,
  ];
  const experiment = await loadExperiment({path}, {overrides});
  const {training, checkpoint, name} = experiment.spec;
  const prepared = await prepareExperiment(experiment, console.warn);
  const {model, rng} = prepared;
  const {validation: _validation, test: _test, ...dataset} = prepared.dataset;
  const session = flags.threads
    ? await createCompiledSession(prepared.sessionOptions, {numThreads: Number(flags.threads)})
    : prepared.session;
  const {batchSize, optimizer} = training;
  const hyper = {learningRate: optimizer.learningRate, step: 1};

  const batches = function* (count: number) {
    for (let made = 0; made < count; ) {
      for (const batch of dataset.train.batches(batchSize)) {
        if (made++ < count) yield batch;
      }
    }
  };
  const parts: Readonly<Record<string, (count: number) => Promise<void> | void>> = {
    'the whole loop': async (count) => {
      await train({
        session,
        dataset,
        spec: {...training, epochs: count},
        checkpoint,
        outputShapes: model.outputShapes,
        numParameters: model.numParameters,
        rng,
        maxSteps: count,
        listener: () => {},
      });
    },
    'batches alone': (count) => {
      for (const _ of batches(count));
    },
    'training steps alone': (count) => {
      const [batch] = batches(1);
      for (let step = 1; step <= count; step++) session.step(batch!, {...hyper, step});
    },
    'forward passes alone': (count) => {
      const [batch] = batches(1);
      for (let step = 1; step <= count; step++) session.evaluate(batch!);
    },
  };
  for (const [part, run] of Object.entries(parts)) {
    const {cpuMicros, wallMicros} = await costOf(run);
    console.log(`| ${name} | ${part} | ${cpuMicros.toFixed(1)} | ${wallMicros.toFixed(1)} |`);
  }
  await prepared.dispose();
}
