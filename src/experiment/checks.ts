import {DataSpecError} from '../data/data-error.js';
import type {DatasetInfo} from '../data/dataset.js';
import {describeData} from '../data/describe.js';
import type {DownloadListener} from '../data/files/download.js';
import type {SourceContext} from '../data/sources/definition.js';
import type {LayerSummary} from '../model/built-model.js';
import {connectLayers, lastStretch} from '../model/graph.js';
import {inferShapes} from '../model/infer-shapes.js';
import {ModelProblem} from '../model/shape-problem.js';
import type {Problem} from '../spec/diagnostic.js';
import type {LoadedSpec} from '../spec/load.js';
import {type Path, parsePath} from '../spec/path.js';
import {ExpError} from '../support/errors.js';
import {checkMetrics} from './check-metrics.js';
import {checkMonitors} from './check-monitors.js';
import {checkOutputs} from './check-outputs.js';
import {checkLengths, checkOptimizer} from './check-training.js';
import type {Findings} from './findings.js';
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
}

/**
 * Everything that makes no sense although the schema accepts it, found without loading an engine: shapes, classes, losses,
 * metrics, monitored columns, sizes, files.
 */
export async function checkExperiment(
  spec: ExperimentSpec,
  loaded: Pick<LoadedSpec, 'baseDir' | 'problemAt'>,
  onDownload?: DownloadListener,
): Promise<CheckResult> {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const findings: Findings = {
    mistake(path, message, hint, code = 'SPEC_INVALID') {
      problems.push({...loaded.problemAt(path, message, hint), code});
    },
    warning: (message) => void warnings.push(message),
  };

  checkMonitors(spec, findings);
  checkOptimizer(spec, findings);
  const data = await dataOf(spec, {baseDir: loaded.baseDir, onDownload}, findings);
  if (!data) return {problems, warnings};
  checkSizes(spec, data, findings);
  checkLengths(spec, data, findings);
  const layers = layersOf(spec, data, findings);
  if (!layers) return {problems, warnings};
  const [output, ...before] = lastStretch(connectLayers(spec.model));
  const ending = {spec, data, layers, outputShape: layers[output!]!.outputShape, last: [output!, ...before] as const};
  if (checkOutputs(ending, findings)) checkMetrics(ending, findings);
  return {problems, warnings, preview: {data, layers}};
}

async function dataOf(
  spec: ExperimentSpec,
  context: SourceContext,
  findings: Findings,
): Promise<DatasetInfo | undefined> {
  try {
    return await describeData(spec.data, context);
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

function layersOf(spec: ExperimentSpec, data: DatasetInfo, findings: Findings): readonly LayerSummary[] | undefined {
  try {
    return inferShapes(spec.model, data.inputShape);
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
