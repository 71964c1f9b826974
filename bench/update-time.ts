/**
 * Milliseconds that the optimizer's update takes beside a whole training step, for each optimizer: whether it is worth threads.
 *
 *   node --import tsx bench/update-time.ts [--spec experiments/mnist-cnn.yaml] [--steps 100]
 *
 * The update runs on a copy of the model's weights right after a step, when nothing of the copy is in the caches any more.
 */
import {parseArgs} from 'node:util';
import {CompiledState} from '../src/engine/compiled/state.js';
import {loadExperiment} from '../src/experiment/load.js';
import {prepareExperiment} from '../src/experiment/prepare.js';
import {optimizerRule} from '../src/training/optimizers/registry.js';
import {describeMachine, quantile} from './machine.js';

const {values: flags} = parseArgs({
  options: {
    spec: {type: 'string', default: 'experiments/mnist-cnn.yaml'},
    steps: {type: 'string', default: '100'},
    optimizers: {type: 'string', default: 'sgd,adam,adamw,lamb,adafactor'},
  },
});

const summary = (millis: readonly number[]): string =>
  `median ${quantile(millis, 0.5).toFixed(2)} ms (10 % ${quantile(millis, 0.1).toFixed(2)})`;

console.log(describeMachine());
for (const optimizer of flags.optimizers.split(',')) {
  const experiment = await loadExperiment({path: flags.spec}, {overrides: [`training.optimizer=${optimizer}`]});
  const {training} = experiment.spec;
  const {dataset, session, model, dispose} = await prepareExperiment(experiment, console.warn);
  const {tensors} = new CompiledState(model.weights, optimizerRule(training.optimizer));
  const order = Uint32Array.from({length: dataset.train.numExamples}, (_, index) => index);
  const [steps, updates]: [number[], number[]] = [[], []];
  for (const batch of dataset.train.batches(training.batchSize, order)) {
    const start = performance.now();
    await session.step(batch, {learningRate: 0.001, step: steps.length + 1});
    const middle = performance.now();
    for (const {trained} of tensors) trained?.update(trained.rule.scalars(0.001, steps.length + 1));
    steps.push(middle - start);
    updates.push(performance.now() - middle);
    if (steps.length === Number(flags.steps) + 10) break;
  }
  const share = quantile(updates.slice(10), 0.1) / quantile(steps.slice(10), 0.1);
  console.log(
    `${optimizer}: step ${summary(steps.slice(10))}, update ${summary(updates.slice(10))}, ${(100 * share).toFixed(0)} % at the 10 % quantile`,
  );
  await dispose();
}
