import type {Shape} from '../../support/tensor.js';

/** Element types a recorded value can have; the names are TensorFlow.js's. */
export type RecordedType = 'float32' | 'int32' | 'bool';

/** A tensor of the recorded step: what it looks like and where it comes from, never its numbers. */
export interface RecordedValue {
  readonly id: number;
  /** Batch axis included. */
  readonly shape: Shape;
  readonly dtype: RecordedType;
  readonly source:
    | {readonly kind: 'input'; readonly name: string}
    /** One number repeated over the whole shape; scalars are the usual case. */
    | {readonly kind: 'constant'; readonly value: number}
    | {readonly kind: 'kernel'};
}

/** Inputs of a kernel by TensorFlow.js's names; Concat and Pack take a list under numbered names. */
export type KernelInputs = Readonly<Record<string, RecordedValue | undefined>>;

/** What a kernel was recorded for: a layer, or the loss. */
export interface Origin {
  /** The layer's name; `loss`, or `loss of OUTPUT` where there are several. */
  readonly name: string;
  /** For people, who it is: `layer conv2d_1 (conv2d)`, `the loss`. */
  readonly title: string;
  /** The kernel is part of its backward pass. */
  readonly isGradient: boolean;
}

/** One kernel invocation of TensorFlow.js, in execution order. */
export interface KernelCall {
  readonly kernel: string;
  readonly inputs: KernelInputs;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly outputs: readonly RecordedValue[];
  /** Left out for sums of several layers' gradients, and where nobody told. */
  readonly origin?: Origin | undefined;
}

/** A recorded step. Inputs appear in the order they were declared; outputs are named by who asked for them. */
export interface RecordedGraph {
  readonly inputs: readonly RecordedValue[];
  readonly calls: readonly KernelCall[];
  readonly outputs: ReadonlyMap<string, RecordedValue>;
}

/** The call that makes each value, by value id. */
export function producersOf(graph: RecordedGraph): Map<number, KernelCall> {
  const producers = new Map<number, KernelCall>();
  for (const call of graph.calls) for (const output of call.outputs) producers.set(output.id, call);
  return producers;
}

/** The calls that read each value, by value id; being a graph output does not count. */
export function consumersOf(graph: RecordedGraph): Map<number, KernelCall[]> {
  const consumers = new Map<number, KernelCall[]>();
  for (const call of graph.calls) {
    for (const input of Object.values(call.inputs)) {
      if (!input) continue;
      const readers = consumers.get(input.id);
      if (readers) readers.push(call);
      else consumers.set(input.id, [call]);
    }
  }
  return consumers;
}
