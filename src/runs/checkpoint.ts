import {createHash, webcrypto} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {type FileHandle, mkdir, open, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {ExpError} from '../support/errors.js';
import {plainNumbers} from '../support/plain-numbers.js';
import type {TensorData} from '../support/tensor.js';
import {expVersion} from '../support/versions.js';
import type {TrainingPosition} from '../training/position.js';
import type {TrainingState} from '../training/session.js';
import {checkpointFiles} from './layout.js';
import type {CheckpointState} from './records.js';
import {decodeDoubles, decodeSafetensors, encodeSafetensors, type WrittenTensor} from './safetensors.js';
import {unwritable} from './unwritable.js';

/** Of state.json and what it says of the other files; raised when an older exp could not go on from it. */
export const checkpointFormat = 1;

const temporarySuffix = '.tmp';
/** Of the checkpoint before. */
export const previousSuffix = '.previous';

/** A checkpoint that is whole, but of another version of exp. */
class ForeignFormatError extends ExpError {}

export const isForeignFormat = (error: ExpError): boolean => error instanceof ForeignFormatError;

/** What can be read back. */
export interface Checkpoint {
  readonly training: TrainingState;
  readonly state: CheckpointState;
}

interface FileRecord {
  readonly bytes: number;
  readonly sha256: string;
}

/** state.json as it is written, but for the SHA-256 of its own text in the last line. */
interface WrittenState extends Omit<CheckpointState, 'resume'> {
  readonly format: number;
  readonly exp: string;
  readonly resume?: Omit<NonNullable<CheckpointState['resume']>, 'position'> & {readonly position: object};
  readonly files: Readonly<Record<string, FileRecord>>;
}

/**
 * Writes a checkpoint folder beside the main thread: all into a temporary folder, to the disk, then renamed into place. The one before
 * is moved aside first and stays as `.previous`, so at every moment one whole checkpoint is there.
 * The tensors are copied before this returns a promise.
 * @throws ExpError RUN_UNWRITABLE; the checkpoint before is then still in place.
 */
export async function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const temporary = await writeTemporary(folder, checkpoint);
  await replaceFolder(temporary, folder);
}

/** The folder with everything in it, on the disk, not yet in place. @returns its path */
export async function writeTemporary(folder: string, {training, state}: Checkpoint): Promise<string> {
  const temporary = folder + temporarySuffix;
  const {resume, ...rest} = state;
  const {gathered, bestWeights, ...position} = resume?.position ?? {};
  const contents: readonly (readonly [string, ReadonlyMap<string, WrittenTensor> | undefined])[] = [
    [checkpointFiles.weights, training.weights],
    [checkpointFiles.optimizer, training.slots],
    [checkpointFiles.bestWeights, bestWeights],
    [checkpointFiles.gathered, gathered && asTensors(gathered)],
  ];
  const encoded = contents.flatMap(([name, tensors]) =>
    tensors ? [{name, bytes: encodeSafetensors(tensors, {format: 'exp'})}] : [],
  );
  try {
    await rm(temporary, {recursive: true, force: true});
    await mkdir(temporary, {recursive: true});
    const records = await Promise.all(
      encoded.map(async ({name, bytes}) => {
        const [digest] = await Promise.all([
          webcrypto.subtle.digest('SHA-256', bytes),
          writeDurably(path.join(temporary, name), bytes),
        ]);
        return [name, {bytes: bytes.length, sha256: Buffer.from(digest).toString('hex')}] as const;
      }),
    );
    const written: WrittenState = {
      format: checkpointFormat,
      exp: expVersion(),
      ...rest,
      ...(resume ? {resume: {...resume, position}} : {}),
      files: Object.fromEntries(records),
    };
    await writeDurably(path.join(temporary, checkpointFiles.state), signed(written));
    await syncFolder(temporary);
    return temporary;
  } catch (error) {
    await rm(temporary, {recursive: true, force: true}).catch(() => {});
    throw unwritable(error, folder);
  }
}

/** Puts a new folder in the place of another, which stays as `.previous`. */
export async function replaceFolder(temporary: string, folder: string): Promise<void> {
  try {
    if (existsSync(folder)) {
      await rm(folder + previousSuffix, {recursive: true, force: true});
      await rename(folder, folder + previousSuffix);
    }
    await rename(temporary, folder);
    await syncFolder(path.dirname(folder));
  } catch (error) {
    throw unwritable(error, folder);
  }
}

/**
 * Reads a checkpoint folder back and checks every byte of it.
 * @throws ExpError RUN_NOT_FOUND without one; DATA_INVALID naming the file that is damaged, or the version that is not understood
 */
export function readCheckpoint(folder: string): Checkpoint {
  if (!existsSync(folder)) throw new ExpError('RUN_NOT_FOUND', `${folder} holds no checkpoint`);
  const {resume, files, format: _format, exp: _exp, ...rest} = readState(folder);
  const bytesOf = (name: string): Buffer => readFile(folder, name, files[name]);
  const tensorsOf = (name: string): ReadonlyMap<string, TensorData> =>
    decodeSafetensors(bytesOf(name), path.join(folder, name));
  const training = {weights: tensorsOf(checkpointFiles.weights), slots: tensorsOf(checkpointFiles.optimizer)};
  const state = {...rest, metrics: withNumbers(rest.metrics)};
  if (!resume) return {training, state};
  const {gathered, bestWeights} = checkpointFiles;
  const {tables, ...position} = resume.position as TrainingPosition;
  const lists = files[gathered] && decodeDoubles(bytesOf(gathered), path.join(folder, gathered));
  return {
    training,
    state: {
      ...state,
      resume: {
        csvBytes: resume.csvBytes,
        totals: withNumbers(resume.totals),
        position: {
          ...withNumbers(position),
          tables,
          ...(lists ? {gathered: [...lists.values()]} : {}),
          ...(files[bestWeights] ? {bestWeights: tensorsOf(bestWeights)} : {}),
        },
      },
    },
  };
}

const asTensors = (lists: readonly Float64Array[]): ReadonlyMap<string, WrittenTensor> =>
  new Map(lists.map((values, index) => [String(index), {shape: [values.length], values}]));

const unsigned = '"sha256": ""\n}\n';

/** The text of state.json: in its last line the SHA-256 of the text with that line empty. */
function signed(state: WrittenState): string {
  const text = `${JSON.stringify({...state, sha256: ''}, plainNumbers, 2)}\n`;
  return text.replace(/"sha256": ""\n}\n$/, `"sha256": "${sha256(text)}"\n}\n`);
}

/** @throws ExpError DATA_INVALID */
function readState(folder: string): WrittenState {
  const text = readFile(folder, checkpointFiles.state).toString('utf8');
  const file = path.join(folder, checkpointFiles.state);
  const format = formatOf(text);
  if (format === undefined) throw damaged(file, 'it does not say its format');
  if (format !== checkpointFormat) {
    throw new ForeignFormatError(
      'DATA_INVALID',
      `${file} is of format ${format}; this version of exp (${expVersion()}) goes on from format ${checkpointFormat}`,
      'use the version of exp that began the run',
    );
  }
  const signature = /"sha256": "([0-9a-f]{64})"\n}\n$/.exec(text);
  if (!signature) throw damaged(file, 'its end is missing');
  if (sha256(text.slice(0, signature.index) + unsigned) !== signature[1]) throw damaged(file, 'its SHA-256 is another');
  const {sha256: _own, ...state}: WrittenState & {sha256: string} = JSON.parse(text);
  return state;
}

/** The first field, which says how to read the others. */
function formatOf(text: string): number | undefined {
  const [, format] = /^\{\s*"format": (\d+),/.exec(text) ?? [];
  return format === undefined ? undefined : Number(format);
}

/** @throws ExpError DATA_INVALID for a file that is not there or not as it was written */
function readFile(folder: string, name: string, expected?: FileRecord): Buffer {
  const file = path.join(folder, name);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw damaged(file, isAbsent ? 'it is missing' : String(error));
  }
  if (!expected) return bytes;
  if (bytes.length !== expected.bytes) throw damaged(file, `it has ${bytes.length} bytes, not ${expected.bytes}`);
  if (sha256(bytes) !== expected.sha256) throw damaged(file, 'its SHA-256 is another');
  return bytes;
}

const damaged = (file: string, what: string): ExpError =>
  new ExpError('DATA_INVALID', `${file} is damaged: ${what}`, 'take another checkpoint');

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** JSON has no NaN and no infinities; they were written as text. */
const writtenNumbers: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

function withNumbers<Value>(value: Value): Value {
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') return writtenNumbers.get(node) ?? node;
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, one]) => [key, walk(one)]));
  };
  return walk(value) as Value;
}

async function writeDurably(file: string, content: string | Uint8Array): Promise<void> {
  await withHandle(await open(file, 'w'), async (handle) => {
    await handle.writeFile(content);
    await handle.sync();
  });
}

/** Makes renames inside a folder last through a power cut. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await withHandle(await open(folder, 'r'), (handle) => handle.sync());
}

async function withHandle(handle: FileHandle, use: (handle: FileHandle) => Promise<void>): Promise<void> {
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
}
