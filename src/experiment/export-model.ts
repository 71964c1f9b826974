import {OutputPlace} from '../runs/export/output-place.js';
import type {RunCheckpoint} from '../runs/run-weights.js';
import {checkExport, type ExportCheck} from './export-check.js';
import {realExamples} from './export-examples.js';
import {type WrittenExport, writeOnnx, writeTfjs, writeWeights} from './export-formats.js';
import {type ExportSubject, openExportSubject} from './export-subject.js';
import {listenForInterrupts} from './interrupt.js';

/** What a model is written as. */
export type ModelFormat = 'tfjs' | 'onnx' | 'safetensors';

export interface ExportModelRequest {
  /** As `exp show` takes it. */
  readonly run: string;
  readonly runsDir: string;
  readonly format: ModelFormat;
  /** The best checkpoint by default, else the final model, else the last checkpoint. */
  readonly checkpoint?: RunCheckpoint | undefined;
  /** In the working folder, called after the run, by default. */
  readonly out?: string | undefined;
  /** Takes the place of what is there. */
  readonly force?: boolean;
  /** Of ONNX: for so many examples at a time instead of any number. */
  readonly batchSize?: number | undefined;
  /** Of ONNX: with the softmax or sigmoid that is part of the loss. */
  readonly probabilities?: boolean;
  /** Of safetensors. */
  readonly names?: 'exp' | 'pytorch' | undefined;
  /** A file of examples to check the export on, in place of the run's data. */
  readonly examples?: string | undefined;
  readonly warn: (message: string) => void;
  /** Is told what takes long. */
  readonly notify?: (message: string) => void;
}

export interface ExportedModel {
  readonly run: string;
  readonly format: ModelFormat;
  readonly checkpoint: RunCheckpoint;
  readonly epoch?: number;
  /** File or folder. */
  readonly path: string;
  /** Not of weights alone, which are compared bit for bit. */
  readonly check?: ExportCheck;
  readonly notes: readonly string[];
}

/**
 * Writes the model of a run for other programs, and checks what it wrote by running it on real examples. The file is there only when it is
 * whole and computes what the model does.
 * @throws ExpError for a run without weights, a place that cannot be written, a model that the format cannot hold
 */
export async function exportModel(request: ExportModelRequest): Promise<ExportedModel> {
  const {format, checkpoint, force = false} = request;
  const subject = await openExportSubject(request.run, request.runsDir, checkpoint);
  try {
    const {run} = subject.saved;
    const out = request.out ?? `${run.id}${endings[format]}`;
    const place = OutputPlace.claim(out, {kind: format === 'tfjs' ? 'folder' : 'file', force});
    const interrupts = listenForInterrupts({
      first: () => {
        place.discard();
        process.exit(130);
      },
      second: () => {},
    });
    try {
      const {notes, check} = await writeChecked(request, subject, place);
      place.commit();
      const {weights} = subject;
      const epoch = weights.epoch === undefined ? {} : {epoch: weights.epoch};
      const checked = check ? {check} : {};
      return {run: run.id, format, checkpoint: weights.checkpoint, ...epoch, path: place.shown, ...checked, notes};
    } finally {
      place.discard();
      interrupts.stop();
    }
  } finally {
    subject.dispose();
  }
}

const endings: Readonly<Record<ModelFormat, string>> = {tfjs: '-tfjs', onnx: '.onnx', safetensors: '.safetensors'};

async function writeChecked(
  request: ExportModelRequest,
  subject: ExportSubject,
  place: OutputPlace,
): Promise<{readonly notes: readonly string[]; readonly check?: ExportCheck}> {
  const {predict, batchSize, applied, notes, dispose} = await write(request, subject, place);
  if (!predict) return {notes};
  try {
    const {warn, notify, examples} = request;
    const real = await realExamples(subject.saved, {examples, warn, ...(notify ? {notify} : {})});
    return {notes, check: await checkExport(subject, predict, real, {batchSize, ...(applied ? {applied} : {})})};
  } finally {
    dispose?.();
  }
}

async function write(
  {format, batchSize, probabilities = false, names = 'exp'}: ExportModelRequest,
  subject: ExportSubject,
  place: OutputPlace,
): Promise<WrittenExport> {
  switch (format) {
    case 'onnx':
      return writeOnnx(subject, place, {batchSize, probabilities});
    case 'tfjs':
      return writeTfjs(subject, place);
    case 'safetensors':
      return writeWeights(subject, place, {names});
    default:
      return format satisfies never;
  }
}
