import {DataSpecError} from '../data/data-error.js';
import type {DatasetInfo} from '../data/dataset.js';
import {describeData} from '../data/describe.js';
import type {LayerSummary} from '../model/built-model.js';
import {connectLayers, lastStretch} from '../model/graph.js';
import {type ModelPlan, planModel, summariesOf} from '../model/infer-shapes.js';
import {ModelProblem} from '../model/shape-problem.js';
import type {Problem} from '../spec/diagnostic.js';
import type {LoadedSpec} from '../spec/load.js';
import {type Path, parsePath} from '../spec/path.js';
import {ExpError} from '../support/errors.js';
import {Rng} from '../support/random.js';
import {outputNames, outputsOf} from '../training/outputs.js';
import {checkInit} from './check-init.js';
import {checkMetrics} from './check-metrics.js';
import {checkMixing} from './check-mixing.js';
import {checkMonitors} from './check-monitors.js';
import {checkOutputNames, checkTarget} from './check-output-names.js';
import {checkOutputs} from './check-outputs.js';
import {checkLengths, checkOptimizer} from './check-training.js';
import type {Findings} from './findings.js';
import type {InitContext} from './init-weights.js';
import type {ExperimentSpec} from './schema.js';

/** What is known of an experiment before any compute. */
export interface ModelPreview {
  readonly data: DatasetInfo;
  readonly layers: readonly LayerSummary[];
}

export interface CheckResult {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  /** Present if data and shapes could be worked out. */
  readonly preview?: ModelPreview;
  /** The folder's name of the run that `model.init.from: {run}` means. */
  readonly initRun?: string | undefined;
}

export interface CheckContext extends Pick<InitContext, 'onDownload' | 'notify' | 'runsDir'> {
  /** What tells of the data; somebody who checks many experiments of the same data may remember it. */
  readonly describe?: typeof describeData | undefined;
}

/**
 * Everything that makes no sense although the schema accepts it, found without loading an engine: shapes, classes, losses,
 * metrics, monitored columns, sizes, files.
 */
export async function checkExperiment(
  spec: ExperimentSpec,
  loaded: Pick<LoadedSpec, 'baseDir' | 'problemAt'>,
  {onDownload, notify, runsDir, describe = describeData}: CheckContext,
): Promise<CheckResult> {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const findings: Findings = {
    mistake(path, message, hint, code = 'SPEC_INVALID') {
      problems.push({...loaded.problemAt(path, message, hint), code});
    },
    warning: (message) => void warnings.push(message),
  };

  const hasOutputs = checkOutputNames(spec, findings);
  checkOptimizer(spec, findings);
  if (hasOutputs) checkMixing(spec, findings);
  const rng = Rng.fromSeed(spec.seed);
  const context = {baseDir: loaded.baseDir, onDownload, notify, warn: findings.warning, rng};
  const data = await dataOf(spec, () => describe(spec.data, context), findings);
  checkMonitors(spec, hasOutputs ? data?.targets : undefined, findings);
  if (!data) return {problems, warnings};
  checkSizes(spec, data, findings);
  checkLengths(spec, data, findings);
  if (!hasOutputs) return {problems, warnings};
  const plan = planOf(spec, data, findings);
  if (!plan) return {problems, warnings};
  const layers = summariesOf(plan);
  checkEndings(spec, data, layers, findings);
  const initRun = await checkInit(spec, plan, {baseDir: loaded.baseDir, onDownload, runsDir}, findings);
  return {problems, warnings, preview: {data, layers}, initRun};
}

/** Each output of the model against its target, its loss and its metrics. */
function checkEndings(
  spec: ExperimentSpec,
  data: DatasetInfo,
  layers: readonly LayerSummary[],
  findings: Findings,
): void {
  const graph = connectLayers(spec.model, {inputs: Object.keys(data.inputs), outputs: outputNames(spec.training)});
  for (const [index, output] of outputsOf(spec.training).entries()) {
    const target = checkTarget(output, data, findings);
    if (!target) continue;
    const [end, ...before] = lastStretch(graph, graph.outputs[index]);
    const last = [end!, ...before] as const;
    const ending = {spec, output, target, layers, outputShape: layers[end!]!.outputShape, last};
    if (checkOutputs(ending, findings)) checkMetrics(ending, findings);
  }
}

async function dataOf(
  spec: ExperimentSpec,
  describe: () => Promise<DatasetInfo>,
  findings: Findings,
): Promise<DatasetInfo | undefined> {
  try {
    return await describe();
  } catch (error) {
    if (!(error instanceof ExpError)) throw error;
    const path = error instanceof DataSpecError ? parsePath(error.path) : undefined;
    findings.mistake(path ?? fileField(spec, error.message), error.message, error.hint, error.code);
    return undefined;
  }
}

/** The argument of the source that names the file a message is about. */
function fileField(spec: ExperimentSpec, message: string): Path {
  const named = stringsIn(spec.data.source, ['data', 'source']).filter(
    ({path, value}) => path.at(-1) !== 'type' && message.includes(value.replace(/^(\.{0,2}\/)+/, '')),
  );
  return named.sort((a, b) => b.value.length - a.value.length)[0]?.path ?? ['data', 'source'];
}

function stringsIn(value: unknown, path: Path): {readonly path: Path; readonly value: string}[] {
  if (typeof value === 'string') return [{path, value}];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => stringsIn(member, [...path, key]));
}

function planOf(spec: ExperimentSpec, data: DatasetInfo, findings: Findings): ModelPlan | undefined {
  try {
    const shapes = Object.fromEntries(Object.entries(data.inputs).map(([name, {shape}]) => [name, shape]));
    const plan = planModel(spec.model, shapes, outputNames(spec.training));
    for (const {type, name, endsMaskOf = []} of summariesOf(plan)) {
      for (const source of endsMaskOf) {
        findings.warning(
          `${type} \`${name}\` knows no masks: steps that are masked in \`${source}\` count like the others from there on`,
        );
      }
    }
    return plan;
  } catch (error) {
    if (!(error instanceof ModelProblem)) throw error;
    findings.mistake(['model', ...error.path], error.message, error.hint);
    return undefined;
  }
}

function checkSizes(spec: ExperimentSpec, data: DatasetInfo, findings: Findings): void {
  if (spec.data.test === 'everyEpoch' && data.numTest === 0) {
    findings.mistake(['data', 'test'], 'data.test is everyEpoch, but the data has no test set', 'remove it');
  }
  const {batchSize} = spec.training;
  if (batchSize > data.numTrain) {
    const message = `training.batchSize is ${batchSize}, but there are only ${data.numTrain} training examples`;
    findings.mistake(['training', 'batchSize'], message, `write ${data.numTrain} or less`);
    return;
  }
  const {accumulateSteps = 1} = spec.training;
  if (batchSize * accumulateSteps > data.numTrain) {
    const message = `${accumulateSteps} batches of ${batchSize} make ${batchSize * accumulateSteps} examples an update, but there are only ${data.numTrain} training examples`;
    const hint = `write ${Math.floor(data.numTrain / batchSize)} or less`;
    findings.mistake(['training', 'accumulateSteps'], message, hint);
  }
}
