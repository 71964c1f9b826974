import path from 'node:path';
import type {Writable} from 'node:stream';
import {type Batch, defaultNames, learnable, targetNameOf, targetOf} from '../data/dataset.js';
import {fittedTable, isTableSource} from '../data/new-examples/new-table.js';
import {type NewBatch, type NewBatches, openNewExamples} from '../data/new-examples/open.js';
import {chooseEngine, createSession} from '../engine/create-session.js';
import type {TrainedOutput} from '../engine/options.js';
import {buildModel} from '../model/build.js';
import {planModel} from '../model/infer-shapes.js';
import {type PredictionFormat, type PredictionWriter, predictionWriter} from '../report/prediction-formats.js';
import {writePieces} from '../report/sink.js';
import type {RunCheckpoint} from '../runs/run-weights.js';
import {readSavedWeights} from '../runs/saved-weights.js';
import {ExpError} from '../support/errors.js';
import {GrowingFile} from '../support/growing-file.js';
import {Rng} from '../support/random.js';
import {type Shape, sizeOf} from '../support/tensor.js';
import {judgedOutputs} from '../training/judged-outputs.js';
import {outputNames, outputsOf} from '../training/outputs.js';
import {type OutputReader, outputReader} from '../training/predictions.js';
import type {TrainingSession} from '../training/session.js';
import {updateRule} from '../training/update-rule.js';
import {listenForInterrupts} from './interrupt.js';
import {trainedOutputs} from './prepare.js';
import {openSavedRun, type SavedRun, useWeights} from './saved-run.js';

export interface PredictRequest {
  /** As `exp show` takes it. */
  readonly run: string;
  readonly runsDir: string;
  /** The best checkpoint by default, else the final model, else the last checkpoint. */
  readonly checkpoint?: RunCheckpoint | undefined;
  /** A file of examples, or a folder of images. */
  readonly input: string;
  /** Which array of an .npz archive. */
  readonly array?: string | undefined;
  /** A file; `stdout` by default. */
  readonly output?: string | undefined;
  /** By the name of the output, else csv. */
  readonly format?: PredictionFormat | undefined;
  readonly stdout: Writable;
  readonly warn: (message: string) => void;
  /** Is told what takes long. */
  readonly notify?: (message: string) => void;
}

/** What was written. */
export interface Predicted {
  readonly numExamples: number;
  readonly checkpoint: RunCheckpoint;
}

/**
 * Lets the model of a run say what it takes new examples for. They are prepared by what the run learnt of its training data, which need
 * not be there any more. A few batches at a time are in memory; an output file is there only when it is whole.
 * @throws ExpError for a run without weights, damaged files, or examples that the run does not take
 */
export async function predictRun(request: PredictRequest): Promise<Predicted> {
  const {input, output, array, warn, notify} = request;
  const format = request.format ?? formatOf(output);
  if (output !== undefined && path.resolve(output) === path.resolve(input)) {
    throw new ExpError('USAGE', `${output} is the input as well`, 'name another file with --output');
  }
  const saved = await openSavedRun(request.run, request.runsDir);
  const {run, spec, plan} = saved;
  const readers = readersOf(saved);
  const isAveraged = spec.training.weightAverage !== undefined;
  const weights = await readSavedWeights(run, request.checkpoint, {isAveraged});
  const examples = await openNewExamples(spec.data, plan, {path: input, array, warn, ...(notify ? {notify} : {})});
  const interrupts = listenForInterrupts({first: () => {}, second: () => {}});
  try {
    const model = await openModel(saved, examples.numExamples, warn);
    try {
      await useWeights(model.session, weights);
      const writer = predictionWriter(format, readers, examples.hasFiles);
      await write(request, textsOf(model, examples, writer, spec.training, interrupts.signal));
      return {numExamples: examples.numExamples, checkpoint: weights.checkpoint};
    } finally {
      await model.dispose();
    }
  } finally {
    interrupts.stop();
    examples.close();
  }
}

function formatOf(output: string | undefined): PredictionFormat {
  const extension = output === undefined ? '.csv' : path.extname(output).toLowerCase();
  if (extension === '.csv') return 'csv';
  if (extension === '.jsonl' || extension === '.ndjson') return 'jsonl';
  throw new ExpError('USAGE', `${output} ends in neither .csv nor .jsonl`, 'name it so, or say --format csv or jsonl');
}

/** @throws ExpError where an output has no row of numbers for an example */
function readersOf(saved: SavedRun): readonly OutputReader[] {
  const {spec, plan} = saved;
  const {training, data} = spec;
  const table = isTableSource(data.source) ? fittedTable(plan.fitted['data.source']) : undefined;
  const targets = learnable(plan.data);
  return judgedOutputs(training, outputShapes(saved), targets).map((output) => {
    const target = targetOf(targets, output.target);
    if (target.task === 'classification' && target.shape.length > 0) {
      throw new ExpError(
        'USAGE',
        `the output \`${output.name}\` names a class for each element of a sequence, which exp predict has no rows for`,
        'exp evaluate tells its loss; load the model/ folder to use it',
      );
    }
    const name = targetNameOf(targets, output.target);
    return outputReader(output, target, table?.targets[name]?.columns);
  });
}

/** By output, as a built model has them. */
function outputShapes({spec, plan}: SavedRun): Readonly<Record<string, Shape>> {
  const names = outputNames(spec.training);
  const {outputs} = planModel(spec.model, plan.inputShapes, names);
  return Object.fromEntries(outputs.map(({name, outputShape}) => [names ? name : defaultNames.output, outputShape]));
}

interface OpenModel {
  readonly session: TrainingSession;
  readonly outputs: readonly TrainedOutput[];
  dispose(): Promise<void>;
}

async function openModel(
  {spec, plan}: SavedRun,
  numExamples: number,
  warn: (message: string) => void,
): Promise<OpenModel> {
  const {training} = spec;
  const rng = Rng.fromSeed(spec.seed);
  const choice = await chooseEngine(spec.engine, spec.device, warn);
  const model = await buildModel(spec.model, {inputShapes: plan.inputShapes, outputs: outputNames(training), rng});
  const outputs = trainedOutputs(outputsOf(training), plan.data);
  const options = {model, rule: updateRule(training), outputs, rng: rng.split('dropout')};
  const batchSize = Math.min(numExamples, training.evaluationBatchSize ?? training.batchSize);
  const session = await createSession(choice, options, batchSize, warn, 'evaluation');
  return {
    session,
    outputs,
    async dispose() {
      await session.dispose();
      model.network.dispose();
    },
  };
}

/** Characters that are written at a time, or more. */
const pieceLength = 1 << 16;

/** The output, piece by piece. */
async function* textsOf(
  {session, outputs}: OpenModel,
  examples: NewBatches,
  writer: PredictionWriter,
  {evaluationBatchSize, batchSize}: SavedRun['spec']['training'],
  signal: AbortSignal,
): AsyncGenerator<string> {
  let held = writer.header;
  for await (const batch of examples.batches(evaluationBatchSize ?? batchSize)) {
    if (signal.aborted) throw new ExpError('INTERRUPTED', 'interrupted');
    const result = await session.evaluate(withoutTargets(batch, outputs));
    const rows = Array.from({length: batch.size}, (_, place) => ({
      row: batch.first + place,
      file: batch.files?.[place],
      place,
    }));
    held += writer.rows(rows, result.outputs);
    if (held.length < pieceLength) continue;
    yield held;
    held = '';
    // Signals are heard between pieces.
    await new Promise((resolve) => setImmediate(resolve));
  }
  yield held;
}

/** Engines evaluate outputs against targets; zeros fit every loss, whose value nobody asks for. */
function withoutTargets({size, inputs}: NewBatch, outputs: readonly TrainedOutput[]): Batch {
  const zeros = outputs.map(({name, targetShape}) => [name, new Float32Array(size * sizeOf(targetShape))]);
  const weights = outputs.flatMap(({name, isWeighted}) => (isWeighted ? [[name, new Float32Array(size)]] : []));
  return {size, inputs, targets: Object.fromEntries(zeros), weights: Object.fromEntries(weights)};
}

async function write({output, stdout}: PredictRequest, texts: AsyncIterable<string>): Promise<void> {
  if (output === undefined) {
    for await (const text of texts) {
      if (stdout.destroyed) return;
      await writePieces(stdout, [text]);
    }
    return;
  }
  const refuse = (error: Error): never => {
    const message = `${output} cannot be written: ${error.message}`;
    throw new ExpError('RUN_UNWRITABLE', message, 'name another file with --output', {cause: error});
  };
  const file = await GrowingFile.create(path.resolve(output)).catch(refuse);
  try {
    for await (const text of texts) await file.write(text).catch(refuse);
    await file.finish().catch(refuse);
  } catch (error) {
    await file.discard();
    throw error;
  }
}
