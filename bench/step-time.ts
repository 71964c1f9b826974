/**
 * Milliseconds per training step of a spec: assembling the batch, the graph, the optimizer and the metrics' outputs.
 *
 *   npm run bench:step-time
 *   npm run bench:step-time -- --spec experiments/mnist-cnn.yaml --steps 300 --rounds 5
 *
 * For the same networks in PyTorch see bench/peers.ts.
 */
import {parseArgs} from 'node:util';
import {loadExperiment} from '../src/experiment/load.js';
import {prepareExperiment} from '../src/experiment/prepare.js';
import {describeMachine, quantile} from './machine.js';

const {values: flags} = parseArgs({
  options: {
    spec: {type: 'string', default: 'experiments/mnist-cnn.yaml'},
    steps: {type: 'string', default: '300'},
    warmup: {type: 'string', default: '30'},
    rounds: {type: 'string', default: '3'},
  },
});
const [numSteps, numWarmup, numRounds] = [Number(flags.steps), Number(flags.warmup), Number(flags.rounds)];
const experiment = await loadExperiment({path: flags.spec});
const {batchSize} = experiment.spec.training;

async function ours(): Promise<number[]> {
  const {dataset, session, rng, dispose} = await prepareExperiment(experiment, console.warn);
  const order = rng.split('bench').shuffle(Uint32Array.from({length: dataset.train.numExamples}, (_, index) => index));
  const millis: number[] = [];
  let step = 0;
  while (step < numWarmup + numSteps) {
    const batches = dataset.train.batches(batchSize, order)[Symbol.iterator]();
    for (let start = performance.now(), next = batches.next(); !next.done; next = batches.next()) {
      await session.step(next.value, {learningRate: 0.001, step: ++step});
      const end = performance.now();
      if (step > numWarmup) millis.push(end - start);
      if (step === numWarmup + numSteps) break;
      start = end;
    }
  }
  await dispose();
  return millis;
}

const summary = (millis: readonly number[]): string =>
  `median ${quantile(millis, 0.5).toFixed(1)} ms (10 % ${quantile(millis, 0.1).toFixed(1)}, 90 % ${quantile(millis, 0.9).toFixed(1)})`;

console.log(describeMachine());
console.log(`${experiment.spec.name}, batch ${batchSize}, ${numSteps} steps a round after ${numWarmup} of warm-up`);
const mine: number[] = [];
for (let round = 1; round <= numRounds; round++) {
  const millis = await ours();
  mine.push(...millis);
  console.log(`round ${round}: exp ${summary(millis)}`);
}
console.log(`exp ${summary(mine)} per training step`);
