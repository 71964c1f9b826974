import type {MessagePort} from 'node:worker_threads';
import {type ErrorCode, ExpError} from '../../support/errors.js';
import type {BatchRequest} from '../batch-assembler.js';
import type {BatchRecipe} from '../batch-recipe.js';
import type {Values} from '../sources/definition.js';
import {ArrayFile, type OpenArray} from '../storage/array-file.js';
import {bytesIn, kindOf, newSharedElements} from '../storage/elements.js';
import type {RingMemory} from './ring.js';

/** What a worker is started with. */
export interface WorkerSetup {
  /** One for each part of the data set. */
  readonly recipes: readonly SentRecipe[];
  /** Gets a SentError before the ring is marked as failed. */
  readonly errors: MessagePort;
}

/** Batches to make into a ring: of all batches of the request those from number `first` on, every `stride`th. */
export interface BatchJob extends BatchRequest {
  /** Place of the recipe. */
  readonly part: number;
  readonly first: number;
  readonly stride: number;
  readonly ring: RingMemory;
}

/** A recipe on its way to another thread: files by their places, arrays where both threads see them. */
export interface SentRecipe extends Omit<BatchRecipe, 'examples'> {
  readonly examples: Omit<BatchRecipe['examples'], 'inputs'> & {
    readonly inputs: Readonly<Record<string, Values | OpenArray>>;
  };
}

export function toSend(recipe: BatchRecipe): SentRecipe {
  const inputs: Record<string, Values | OpenArray> = {};
  for (const [name, values] of Object.entries(recipe.examples.inputs))
    inputs[name] = values instanceof ArrayFile ? values.place : values;
  return {...recipe, examples: {...recipe.examples, inputs}};
}

export function fromSent(sent: SentRecipe): BatchRecipe {
  const inputs: Record<string, Values | ArrayFile> = {};
  for (const [name, values] of Object.entries(sent.examples.inputs))
    inputs[name] = ArrayBuffer.isView(values) ? values : new ArrayFile(values);
  return {...sent, examples: {...sent.examples, inputs}};
}

/** The same values where other threads see them too; they move there once. */
export function shared<V extends Values>(values: V): V {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const copy = newSharedElements(kindOf(values), values.length) as V;
  bytesIn(copy).set(bytesIn(values));
  return copy;
}

/** An error on its way to another thread, which would lose its class. */
export interface SentError {
  readonly message: string;
  readonly stack?: string | undefined;
  /** Of an ExpError. */
  readonly code?: ErrorCode;
  readonly hint?: string | undefined;
}

export function errorToSend(error: unknown): SentError {
  if (error instanceof ExpError) return {message: error.message, code: error.code, hint: error.hint};
  const {message, stack} = error instanceof Error ? error : new Error(String(error));
  return {message, stack};
}

export function errorFromSent({message, stack, code, hint}: SentError): Error {
  if (code !== undefined) return new ExpError(code, message, hint);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
