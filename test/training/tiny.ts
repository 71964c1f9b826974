import type {Batch, Dataset, Split} from '../../src/data/dataset.js';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import {buildModel} from '../../src/model/build.js';
import {Rng} from '../../src/support/random.js';
import type {TrainingEvent} from '../../src/training/events.js';
import {train} from '../../src/training/loop.js';
import {lossFunction} from '../../src/training/losses/registry.js';
import type {TrainingOptions, TrainingOutcome} from '../../src/training/options.js';
import type {TrainingSpec} from '../../src/training/section.js';
import type {TrainingSession} from '../../src/training/session.js';
import {updateRule} from '../../src/training/update-rule.js';
import {plainOutputs} from '../engine/plain.js';
import {modelOf} from '../model/fixtures.js';

const numFeatures = 2;
const numClasses = 3;

/** Examples in memory: points of the plane around three corners of a triangle, class by class in turn. */
export class Blobs implements Split {
  /** The order of each pass over the examples so far. */
  readonly orders: number[][] = [];
  readonly inputs: Float32Array;
  readonly targets: Float32Array;

  /** @param classShift added to every class number (modulo 3): 0 for the truth, 1 for consistently wrong answers */
  constructor(
    readonly numExamples: number,
    seed: number,
    classShift = 0,
  ) {
    const rng = Rng.fromSeed(seed);
    this.inputs = new Float32Array(numExamples * numFeatures);
    this.targets = new Float32Array(numExamples);
    for (let i = 0; i < numExamples; i++) {
      const angle = ((i % numClasses) * 2 * Math.PI) / numClasses;
      this.inputs.set([Math.cos(angle) + 0.2 * rng.normal(), Math.sin(angle) + 0.2 * rng.normal()], i * numFeatures);
      this.targets[i] = (i + classShift) % numClasses;
    }
  }

  *batches(batchSize: number, order?: Uint32Array): Generator<Batch> {
    const numbers = order ? [...order] : [...this.targets.keys()];
    this.orders.push(numbers);
    for (let start = 0; start < numbers.length; start += batchSize) {
      const chosen = numbers.slice(start, start + batchSize);
      yield {
        size: chosen.length,
        inputs: {
          input: Float32Array.from(
            chosen.flatMap((i) => [...this.inputs.subarray(i * numFeatures, (i + 1) * numFeatures)]),
          ),
        },
        targets: {output: Float32Array.from(chosen, (i) => this.targets[i]!)},
        weights: {},
      };
    }
  }
}

export interface TinyRun {
  readonly outcome: TrainingOutcome;
  readonly events: readonly TrainingEvent[];
  readonly session: TrainingSession;
  close(): Promise<void>;
}

export interface TinyOptions
  extends Partial<Pick<TrainingOptions, 'checkpoint' | 'evaluateTestEveryEpoch' | 'signal' | 'maxSteps' | 'from'>> {
  readonly spec?: Partial<TrainingSpec>;
  readonly learningRate?: number;
  readonly dropout?: number;
  readonly train?: Split;
  readonly validation?: Split;
  readonly test?: Split;
  readonly seed?: number;
  readonly listener?: (event: TrainingEvent) => void | Promise<void>;
}

/** Trains a real network of 8 hidden units with dropout on the plain cpu backend. */
export async function trainTiny(options: TinyOptions = {}): Promise<TinyRun> {
  await loadEagerBackend('cpu');
  const rng = Rng.fromSeed(options.seed ?? 5);
  const model = await buildModel(
    modelOf(
      {type: 'dense', units: 8, activation: 'tanh'},
      {type: 'dropout', rate: options.dropout ?? 0.1},
      {type: 'dense', units: numClasses},
    ),
    {inputShapes: {input: [numFeatures]}, rng},
  );
  const spec: TrainingSpec = {
    epochs: 3,
    batchSize: 8,
    shuffle: true,
    loss: {type: 'sparseSoftmaxCrossEntropy'},
    optimizer: {
      type: 'sgd',
      learningRate: options.learningRate ?? 0.2,
      momentum: 0.9,
      nesterov: false,
      weightDecay: 0,
      excludeBiasAndNorm: false,
    },
    metrics: [{type: 'accuracy'}],
    logEverySteps: 50,
    ...options.spec,
  };
  const session = await createEagerSession({
    model,
    outputs: plainOutputs(lossFunction(spec.loss!), []),
    rule: updateRule(spec),
    accumulates: (spec.accumulateSteps ?? 1) > 1,
    rng: rng.split('dropout'),
  });
  const trainSplit = options.train ?? new Blobs(60, 1);
  const {validation, test} = options;
  const dataset: Dataset = {
    info: {
      inputs: {input: {shape: [numFeatures]}},
      targets: {target: {task: 'classification', numClasses, shape: []}},
      numTrain: trainSplit.numExamples,
      numValidation: validation?.numExamples ?? 0,
      numTest: test?.numExamples ?? 0,
    },
    train: trainSplit,
    ...(validation && {validation}),
    ...(test && {test}),
    fingerprint: '',
    fitted: {},
    storage: 'memory',
    numWorkers: 0,
    dispose: async () => {},
  };
  const events: TrainingEvent[] = [];
  const {evaluateTestEveryEpoch, signal, maxSteps, from, checkpoint = {last: false}} = options;
  const outcome = await train({
    session,
    dataset,
    spec,
    checkpoint,
    outputShapes: model.outputShapes,
    numParameters: model.numParameters,
    rng,
    ...(evaluateTestEveryEpoch !== undefined && {evaluateTestEveryEpoch}),
    ...(signal && {signal}),
    ...(from && {from}),
    ...(maxSteps !== undefined && {maxSteps}),
    listener(event) {
      events.push(event);
      return options.listener?.(event);
    },
  });
  const close = async (): Promise<void> => {
    await session.dispose();
    model.network.dispose();
  };
  return {outcome, events, session, close};
}

/** The events of one type. */
export const ofType = <Type extends TrainingEvent['type']>(
  {events}: TinyRun,
  type: Type,
): readonly Extract<TrainingEvent, {type: Type}>[] =>
  events.filter((event): event is Extract<TrainingEvent, {type: Type}> => event.type === type);
