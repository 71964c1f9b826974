import type {ExampleInfo} from '../data/dataset.js';
import type {TrainedOutput} from '../engine/options.js';
import type {ExperimentSpec} from './schema.js';

/** Settings of training that no recorded step depends on: they decide how often it runs, what feeds it and what is done with its gradients. */
const outsideTheStep: ReadonlySet<string> = new Set([
  ...['epochs', 'maxSteps', 'maxMinutes', 'batchSize', 'evaluationBatchSize', 'accumulateSteps', 'shuffle'],
  ...['optimizer', 'schedule', 'gradientClipping', 'weightAverage'],
  ...['metrics', 'earlyStopping', 'logEverySteps', 'validateEverySteps'],
]);

/**
 * What runs have in common that train with one and the same recorded step, apart from batch size: the network, what its outputs are
 * compared with and how. A setting that is not known to be outside counts, so a new one cannot make two steps look the same.
 */
export function graphKey(
  {model, training}: ExperimentSpec,
  info: ExampleInfo,
  outputs: readonly TrainedOutput[],
): string {
  const {init: _init, ...network} = model;
  const inside = Object.entries(training).filter(([name]) => !outsideTheStep.has(name));
  const trained = outputs.map(({name, weight, targetShape, isWeighted}) => [name, weight, targetShape, isWeighted]);
  return JSON.stringify([network, inside, info, trained]);
}
