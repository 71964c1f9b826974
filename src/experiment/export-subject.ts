import type {LayersModel} from '@tensorflow/tfjs-layers';
import {learnable, targetNameOf, targetOf} from '../data/dataset.js';
import {fittedTable, isTableSource} from '../data/new-examples/new-table.js';
import {buildModel} from '../model/build.js';
import type {BuiltModel} from '../model/built-model.js';
import type {RunCheckpoint} from '../runs/run-weights.js';
import {readSavedWeights, type SavedWeights} from '../runs/saved-weights.js';
import {ExpError} from '../support/errors.js';
import {Rng} from '../support/random.js';
import {formatShape, type Shape, sizeOf} from '../support/tensor.js';
import {expVersion} from '../support/versions.js';
import {judgedOutputs} from '../training/judged-outputs.js';
import {lossDefinition} from '../training/losses/registry.js';
import {outputNames} from '../training/outputs.js';
import {openSavedRun, type SavedRun} from './saved-run.js';

/** What an exported output means. */
export interface ExportedOutput {
  readonly name: string;
  readonly shape: Shape;
  /** What the loss takes the output for. */
  readonly gives: 'logits' | 'probabilities' | 'values';
  /** What makes probabilities of it, where that is part of the loss. */
  readonly activation?: 'softmax' | 'sigmoid';
  /** Of a classification, in the order of the numbers. */
  readonly classNames?: readonly string[];
  /** What each number is, where the target is columns of a table. */
  readonly columns?: readonly string[];
}

/** The model of a run with the weights to be exported, on TensorFlow.js's own CPU backend. */
export interface ExportSubject {
  readonly saved: SavedRun;
  readonly weights: SavedWeights;
  readonly model: BuiltModel;
  readonly outputs: readonly ExportedOutput[];
  dispose(): void;
}

/** @throws ExpError for a run that is not there or has no whole weights */
export async function openExportSubject(
  reference: string,
  runsDir: string,
  checkpoint: RunCheckpoint | undefined,
): Promise<ExportSubject> {
  const saved = await openSavedRun(reference, runsDir);
  const {run, spec, plan} = saved;
  const isAveraged = spec.training.weightAverage !== undefined;
  const weights = await readSavedWeights(run, checkpoint, {isAveraged});
  const {loadEagerBackend} = await import('../engine/eager/backends.js');
  await loadEagerBackend('cpu');
  const names = outputNames(spec.training);
  const rng = Rng.fromSeed(spec.seed);
  const model = await buildModel(spec.model, {inputShapes: plan.inputShapes, outputs: names, rng});
  try {
    await fillModel(model, weights);
    return {saved, weights, model, outputs: outputsOf(saved, model), dispose: () => disposeOf(model.network)};
  } catch (error) {
    disposeOf(model.network);
    throw error;
  }
}

const disposeOf = (network: LayersModel): void => void network.dispose();

/** @throws ExpError DATA_INVALID where the weights are another model's */
async function fillModel(model: BuiltModel, {weights, shown}: SavedWeights): Promise<void> {
  const tf = await import('@tensorflow/tfjs-core');
  for (const {name, variable} of model.weights) {
    const saved = weights.get(name);
    const shape = variable.shape as Shape;
    if (!saved || String(saved.shape) !== String(shape)) {
      const has = saved ? `${name} of shape ${formatShape(saved.shape)}` : `no ${name}`;
      const message = `${shown} has ${has}; the run's model has one of shape ${formatShape(shape)}`;
      throw new ExpError(
        'DATA_INVALID',
        message,
        "the file is another model's; --checkpoint names other weights of the run",
      );
    }
    tf.tidy(() => void variable.write(tf.tensor(saved.values, [...shape])));
  }
}

function outputsOf({spec, plan}: SavedRun, model: BuiltModel): readonly ExportedOutput[] {
  const targets = learnable(plan.data);
  const table = isTableSource(spec.data.source) ? fittedTable(plan.fitted['data.source']) : undefined;
  return judgedOutputs(spec.training, model.outputShapes, targets).map(({name, target: wanted, loss, context}) => {
    const target = targetOf(targets, wanted);
    const activation = context.outputs === 'logits' ? lossDefinition(loss).includes : undefined;
    const classNames = target.task === 'classification' ? target.classNames : undefined;
    const columns = table?.targets[targetNameOf(targets, wanted)]?.columns;
    const hasColumns = target.task === 'regression' && columns?.length === sizeOf(context.outputShape);
    return {
      name,
      shape: context.outputShape,
      gives: context.outputs,
      ...(activation ? {activation} : {}),
      ...(classNames ? {classNames} : {}),
      ...(hasColumns ? {columns} : {}),
    };
  });
}

/** What a file says of where it comes from and how examples are prepared for it; texts, as most formats take no others. */
export function exportFacts({saved, weights, outputs}: ExportSubject): Readonly<Record<string, string>> {
  const {run, spec, plan} = saved;
  const {checkpoint, epoch, step} = weights;
  const [only, ...others] = outputs;
  return {
    exp: expVersion(),
    run: run.id,
    name: spec.name,
    checkpoint,
    ...(epoch === undefined ? {} : {epoch: String(epoch)}),
    ...(step === undefined ? {} : {step: String(step)}),
    dataFingerprint: plan.dataFingerprint,
    inputs: JSON.stringify(plan.data.inputs),
    outputs: JSON.stringify(outputs),
    ...(only?.classNames && others.length === 0 ? {classNames: JSON.stringify(only.classNames)} : {}),
    preprocessing: JSON.stringify(preprocessingOf(saved)),
  };
}

/** The transforms in their order, each with what it learnt of the training examples; what the source learnt stands in front. */
function preprocessingOf({spec, plan}: SavedRun): object {
  const {source, transforms = []} = spec.data;
  const learnt = plan.fitted['data.source'];
  return {
    source: source.type,
    ...(learnt ? {fitted: learnt} : {}),
    transforms: transforms.map((transform, index) => {
      const fitted = plan.fitted[`data.transforms[${index}]`];
      return fitted ? {...transform, fitted} : transform;
    }),
  };
}
