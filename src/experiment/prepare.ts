import {type Dataset, type ExampleInfo, learnable, targetOf} from '../data/dataset.js';
import {loadData, type OutputTarget} from '../data/load.js';
import {chooseEngine, createSession} from '../engine/create-session.js';
import type {SessionOptions, TrainedOutput} from '../engine/options.js';
import {buildModel} from '../model/build.js';
import type {BuiltModel, NamedWeight} from '../model/built-model.js';
import {planModel} from '../model/infer-shapes.js';
import type {RunPlan} from '../report/reporter.js';
import {Rng} from '../support/random.js';
import {type Shape, sizeOf} from '../support/tensor.js';
import {lossDefinition, lossFunction} from '../training/losses/registry.js';
import {type RuleChoice, slotShapes} from '../training/optimizers/rule.js';
import {type OutputSpec, outputNames, outputsOf} from '../training/outputs.js';
import {runLength} from '../training/run-length.js';
import type {TrainingSpec} from '../training/section.js';
import type {TrainingSession} from '../training/session.js';
import {encodedTargetShape} from '../training/targets.js';
import {updateRule} from '../training/update-rule.js';
import {graphKey} from './graph-key.js';
import {fingerprint, initialWeights, loadInit, openInit} from './init-weights.js';
import type {LoadedExperiment} from './load.js';
import type {ExperimentSpec} from './schema.js';

/** An experiment with its data read, its model built and its training step compiled: everything but the training. */
export interface PreparedExperiment {
  readonly dataset: Dataset;
  readonly model: BuiltModel;
  readonly session: TrainingSession;
  /** What native libraries said while they loaded, for the run's log. */
  readonly engineMessages: readonly string[];
  /** What the session was made of, for whoever makes another one: a test that compares engines. */
  readonly sessionOptions: SessionOptions;
  /** The run's root stream; each purpose takes a stream of its own from it. */
  readonly rng: Rng;
  readonly plan: RunPlan;
  dispose(): Promise<void>;
}

/**
 * Reads the data, builds the model and makes the session.
 * @param warn is told what a person should know, such as a fall-back to the eager engine
 * @param notify is told what takes long
 * @throws ExpError for missing or damaged data, or an engine that cannot run this here
 */
export async function prepareExperiment(
  {spec, baseDir, runsDir}: Pick<LoadedExperiment, 'spec' | 'baseDir' | 'runsDir'>,
  warn: (message: string) => void,
  notify: (message: string) => void = () => {},
): Promise<PreparedExperiment> {
  const rng = Rng.fromSeed(spec.seed);
  const {training} = spec;
  const choice = await chooseEngine(spec.engine, spec.device, warn);
  const outputs = outputsOf(training);
  const dataset = await loadData(spec.data, {baseDir, outputs: outputTargets(outputs), rng, warn, notify});
  const inputShapes = Object.fromEntries(Object.entries(dataset.info.inputs).map(([name, {shape}]) => [name, shape]));
  const names = outputNames(training);
  const {init} = spec.model;
  const opened = init && (await openInit(init, planModel(spec.model, inputShapes, names), {baseDir, runsDir}));
  const initFiles = opened && (await fingerprint(opened.weights));
  const initFingerprint = initFiles?.at(-1)?.sha256;
  const model = await buildModel(spec.model, {inputShapes, outputs: names, rng, initFingerprint});
  if (opened) await loadInit(opened, model);
  const rule = updateRule(training);
  const trained = trainedOutputs(outputs, dataset.info);
  const sessionOptions: SessionOptions = {
    model,
    rule,
    clipping: training.gradientClipping,
    accumulates: accumulates(training),
    outputs: trained,
    rng: rng.split('dropout'),
    graphKey: graphKey(spec, dataset.info, trained),
    numThreads: spec.threads,
  };
  const session = await createSession(
    choice,
    sessionOptions,
    Math.min(training.batchSize, dataset.train.numExamples),
    warn,
  );
  return {
    dataset,
    model,
    session,
    engineMessages: choice.messages ?? [],
    sessionOptions,
    rng,
    plan: {
      ...planOf(spec, dataset, model, session, numSlotValues(rule, model.weights)),
      ...(opened && initFiles ? {init: initialWeights(opened, initFiles)} : {}),
    },
    async dispose() {
      await dataset.dispose();
      await session.dispose();
      model.network.dispose();
    },
  };
}

/** What the data room has to know of the outputs: what they are compared with. */
export const outputTargets = (outputs: readonly OutputSpec[]): Readonly<Record<string, OutputTarget>> =>
  Object.fromEntries(
    outputs.map(({name, target, loss, classWeights, path}) => [
      name,
      {
        target,
        encoding: lossDefinition(loss).targets,
        range: lossDefinition(loss).targetRange,
        loss: loss.type,
        classWeights,
        classWeightsPath: [...path, 'classWeights'].join('.'),
      },
    ]),
  );

/** What a session has to know of the outputs. */
export const trainedOutputs = (outputs: readonly OutputSpec[], info: ExampleInfo): readonly TrainedOutput[] =>
  outputs.map(({name, target, loss, weight, classWeights}) => ({
    name,
    loss: lossFunction(loss),
    weight,
    targetShape: encodedTargetShape(targetOf(learnable(info), target), lossDefinition(loss).targets),
    isWeighted: info.isWeighted === true || classWeights !== undefined,
  }));

const accumulates = ({accumulateSteps = 1}: TrainingSpec): boolean => accumulateSteps > 1;

const numSlotValues = (rules: RuleChoice, weights: readonly NamedWeight[]): number =>
  weights
    .filter(({trainable}) => trainable)
    .map(({variable, role}) => ({shape: variable.shape as Shape, role}))
    .flatMap((weight) => slotShapes(rules(weight), weight.shape))
    .reduce((sum, {shape}) => sum + sizeOf(shape), 0);

function planOf(
  spec: ExperimentSpec,
  dataset: Dataset,
  model: BuiltModel,
  session: TrainingSession,
  numSlotValues: number,
): RunPlan {
  const {training} = spec;
  const {numSteps, numEpochs, stepsPerEpoch} = runLength(training, dataset.train.numExamples);
  const numActivations = model.layers.reduce(
    (sum, {outputShape}) => sum + sizeOf(outputShape),
    Object.values(model.inputShapes).reduce((sum, shape) => sum + sizeOf(shape), 0),
  );
  // Each trained weight has a gradient, a sum of gradients when they are gathered, and its optimizer slots; each activation of a batch has a gradient.
  const numFloats =
    model.numParameters +
    model.numTrainableParameters * (accumulates(training) ? 2 : 1) +
    numSlotValues +
    2 * numActivations * training.batchSize;
  return {
    name: spec.name,
    ...(spec.description === undefined ? {} : {description: spec.description}),
    seed: spec.seed,
    source: spec.data.source.type,
    data: dataset.info,
    storage: dataset.storage,
    batchWorkers: dataset.numWorkers,
    inputShapes: model.inputShapes,
    layers: model.layers,
    numParameters: model.numParameters,
    numTrainableParameters: model.numTrainableParameters,
    epochs: numEpochs,
    batchSize: training.batchSize,
    stepsPerEpoch: Math.min(stepsPerEpoch, numSteps),
    loss: outputsOf(training)
      .map(({loss, prefix}) => (prefix ? `${prefix.slice(0, -1)}: ${loss.type}` : loss.type))
      .join(', '),
    optimizer: `${training.optimizer.type} at ${training.optimizer.learningRate}${training.schedule ? ` (${training.schedule.type})` : ''}`,
    engine: session.engine,
    device: session.device,
    ...(session.compileMillis ? {compileMillis: session.compileMillis} : {}),
    memoryBytes: 4 * numFloats,
  };
}
