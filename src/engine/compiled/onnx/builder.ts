import {formatShape, type Shape, sizeOf} from '../../../support/tensor.js';
import type {RecordedValue} from '../graph.js';
import type {OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxType, OnnxValueInfo} from './proto.js';

/**
 * Axis order of a rank-4 tensor. TensorFlow.js records channels last; ONNX's convolutions want channels first; ONNX Runtime's fastest
 * ones want blocks of channels side by side, [batch, channels / block, height, width, block], and call that [batch, channels, height, width].
 */
export type Layout = 'channelsLast' | 'channelsFirst' | 'blocked';

/** Where ONNX Runtime keeps its operators on blocked tensors. */
export const blockedDomain = 'com.microsoft.nchwc';

/** What a graph is for. */
export interface Target {
  /** How many channels a block has on the processor; 0, the default: no operators on blocks. */
  readonly blockSize?: number;
  /** Only operators that ONNX Runtime has on every device, WebGPU and CUDA; else those that are fastest on a processor. */
  readonly isPortable?: boolean;
}

/** With the input these are the eight buffers that every WebGPU device has for a shader. */
const maxSplitOutputs = 7;

/** For each axis of the channels-first order, the axis of TensorFlow.js's. */
export const toFirst: readonly number[] = [0, 3, 1, 2];
const toLast = [0, 2, 3, 1];

/**
 * Builds an ONNX graph from recorded values. Three things happen on the way, so that no lowering has to think of them:
 * equal nodes are emitted once, a rank-4 value is kept in whichever layout it was made and transposed only when somebody asks
 * for the other, and a reshape is remembered so that a later reader can look through it.
 */
export class GraphBuilder {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];
  readonly #emitted = new Map<string, readonly string[]>();
  readonly #names = new Map<string, string>();
  readonly #native = new Map<number, Layout>();
  readonly #roots = new Map<number, RecordedValue>();
  readonly #inputs: OnnxValueInfo[] = [];
  readonly #infos = new Map<string, OnnxValueInfo>();
  /** What the nodes emitted from now on are for: the first part of their names. */
  label = 'step';
  #nextName = 0;
  #nextTemporary = -1;

  /** As in Target. */
  readonly blockSize: number;
  readonly isPortable: boolean;

  constructor(inputs: readonly RecordedValue[], {blockSize = 0, isPortable = false}: Target = {}) {
    this.blockSize = blockSize;
    this.isPortable = isPortable;
    for (const value of inputs) {
      if (value.source.kind !== 'input') throw new Error('a graph input must be declared as one');
      this.#inputs.push({name: value.source.name, type: value.dtype, shape: value.shape});
      this.#names.set(`${value.id}:channelsLast`, value.source.name);
      this.#native.set(value.id, 'channelsLast');
    }
  }

  /** Declares one more input of the graph. */
  input(name: string, shape: Shape): RecordedValue {
    this.#inputs.push({name, type: 'float32', shape});
    return this.temporary(shape, 'float32', name);
  }

  /** Emits a node with one output and returns the output's name; an equal node emitted before is reused. */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    return this.nodes(op, inputs, attributes, 1)[0]!;
  }

  /** As `node`, with several outputs. */
  nodes(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    numOutputs: number,
    domain?: string,
  ): readonly string[] {
    const key = JSON.stringify([op, inputs, attributes, numOutputs, domain]);
    const known = this.#emitted.get(key);
    if (known) return known;
    const outputs = Array.from({length: numOutputs}, () => `v${this.#nextName++}`);
    this.#nodes.push({label: this.label, op, ...(domain === undefined ? {} : {domain}), inputs, outputs, attributes});
    this.#emitted.set(key, outputs);
    return outputs;
  }

  /** Consecutive parts along an axis. WebGPU's shaders take no more than some buffers at once, so many parts are cut out singly there. */
  split(name: string, axis: number, sizes: readonly number[]): readonly string[] {
    if (sizes.length === 1) return [name];
    if (!this.isPortable || sizes.length <= maxSplitOutputs)
      return this.nodes('Split', [name, this.integers(sizes)], {axis}, sizes.length);
    let start = 0;
    return sizes.map((size) => {
      const [from, end] = [this.integers([start]), this.integers([start + size])];
      start += size;
      return this.node('Slice', [name, from, end, this.integers([axis])]);
    });
  }

  /** A node on blocked tensors. */
  blockedNode(op: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    return this.nodes(op, inputs, attributes, 1, blockedDomain)[0]!;
  }

  /** Whether so many channels are whole blocks, and there are operators on blocks at all. */
  hasBlocks(numChannels: number): boolean {
    return this.blockSize > 0 && numChannels % this.blockSize === 0;
  }

  /** A constant tensor. @param values row-major, `sizeOf(shape)` of them */
  constant(type: OnnxType, values: readonly number[], shape: Shape = [values.length]): string {
    const key = JSON.stringify([
      'constant',
      type,
      values.map((value) => (Object.is(value, -0) ? '-0' : String(value))),
      shape,
    ]);
    const known = this.#emitted.get(key);
    if (known) return known[0]!;
    const name = `c${this.#nextName++}`;
    this.#initializers.push({name, type, shape, bytes: encode(type, values)});
    this.#emitted.set(key, [name]);
    return name;
  }

  float(value: number): string {
    return this.constant('float32', [value], []);
  }

  /** int64 list, as ONNX takes axes, shapes and pads. */
  integers(values: readonly number[]): string {
    return this.constant('int64', values);
  }

  /** The name that holds `value` in TensorFlow.js's axis order. */
  plain(value: RecordedValue): string {
    return this.in(value, 'channelsLast');
  }

  /** The name that holds the rank-4 `value` as [batch, channels, height, width]. */
  channelsFirst(value: RecordedValue): string {
    return this.in(value, 'channelsFirst');
  }

  /** The name that holds the rank-4 `value`, whose channels are whole blocks, in blocks; its shape in ONNX is as if channels were first. */
  blocked(value: RecordedValue): string {
    return this.in(value, 'blocked');
  }

  /** The same with the axes it really has: [batch, channels / block, height, width, block]. */
  blockedElements(value: RecordedValue): string {
    const [batch, height, width, channels] = value.shape as [number, number, number, number];
    const shape = [batch, channels / this.blockSize, height, width, this.blockSize];
    return this.node('Reshape', [this.blocked(value), this.integers(shape)]);
  }

  in(value: RecordedValue, layout: Layout): string {
    const root = this.#roots.get(value.id);
    if (root && same(root.shape, value.shape)) return this.in(root, layout);
    const key = `${value.id}:${layout}`;
    const known = this.#names.get(key);
    if (known) return known;
    const name = this.#make(value, root, layout);
    this.#names.set(key, name);
    return name;
  }

  #make(value: RecordedValue, root: RecordedValue | undefined, layout: Layout): string {
    if (value.source.kind === 'constant') return this.#filled(value, value.source.value, layout);
    const made = (other: Layout): string | undefined => this.#names.get(`${value.id}:${other}`);
    if (layout === 'blocked') {
      const first = made('channelsFirst');
      if (first !== undefined) return this.blockedNode('ReorderInput', [first]);
      return this.blockedNode('ReorderInput', [this.plain(value)], {channels_last: 1});
    }
    const blocks = made('blocked');
    const attributes = {channels: value.shape[3]!, channels_last: layout === 'channelsLast' ? 1 : 0};
    if (blocks !== undefined) return this.blockedNode('ReorderOutput', [blocks], attributes);
    if (layout === 'channelsFirst') return this.#transposed(value, made('channelsLast') ?? this.plain(value), layout);
    if (root) return this.node('Reshape', [this.plain(root), this.integers(value.shape)]);
    const first = made('channelsFirst');
    if (first === undefined)
      throw new Error(`value ${value.id} of shape ${formatShape(value.shape)} is read before it is made`);
    return this.#transposed(value, first, layout);
  }

  /** Which layout the value was made in; channelsLast for all that is not rank 4. */
  nativeLayout(value: RecordedValue): Layout {
    const root = this.#roots.get(value.id);
    if (root) return same(root.shape, value.shape) ? this.nativeLayout(root) : 'channelsLast';
    return this.#native.get(value.id) ?? 'channelsLast';
  }

  define(value: RecordedValue, name: string, layout: Layout = 'channelsLast'): void {
    this.#names.set(`${value.id}:${layout}`, name);
    this.#native.set(value.id, layout);
    this.#infos.set(name, {name, type: value.dtype, shape: shapeIn(value, layout)});
  }

  /** A value that TensorFlow.js never recorded, to hang a view on: a rank-2 product behind a rank-3 output. */
  temporary(shape: Shape, dtype: RecordedValue['dtype'], name: string): RecordedValue {
    const value: RecordedValue = {id: this.#nextTemporary--, shape, dtype, source: {kind: 'kernel'}};
    this.define(value, name);
    return value;
  }

  /** Declares that `view` holds the same elements as `original` in another shape. Nothing is emitted until somebody reads it. */
  defineView(view: RecordedValue, original: RecordedValue): void {
    this.#roots.set(view.id, this.#roots.get(original.id) ?? original);
  }

  /** The elements of `value` in another shape, row-major; looks through reshapes, so a reshape and its inverse cost nothing. */
  as(value: RecordedValue, shape: Shape): string {
    const root = this.#roots.get(value.id) ?? value;
    if (same(root.shape, shape)) return this.plain(root);
    return this.node('Reshape', [this.plain(root), this.integers(shape)]);
  }

  /**
   * A transpose that leaves the last axis where it is, as [product of the others, last axis]. ONNX Runtime gathers rows on all cores and
   * transposes on one; the numbers of the rows are constants that it works out once, when it loads the graph.
   */
  rowsTransposed(name: string, shape: Shape, perm: readonly number[]): string {
    const before = shape.slice(0, -1);
    const numRows = sizeOf(before);
    const int = (value: number): string => this.constant('int32', [value], []);
    const numbers = this.node('Range', [int(0), int(numRows), int(1)]);
    const grid = this.node('Reshape', [numbers, this.integers(before)]);
    const turned = this.node('Transpose', [grid], {perm: perm.slice(0, -1)});
    const order = this.node('Reshape', [turned, this.integers([numRows])]);
    const rows = this.node('Reshape', [name, this.integers([numRows, shape.at(-1)!])]);
    return this.node('Gather', [rows, order], {axis: 0});
  }

  /** The finished graph, unreachable nodes left out. @param outputs by name, with the value each one holds */
  finish(name: string, outputs: ReadonlyMap<string, RecordedValue>): OnnxGraph {
    const infos: OnnxValueInfo[] = [];
    for (const [outputName, value] of outputs) {
      const inputs = [this.plain(value)];
      this.#nodes.push({label: this.label, op: 'Identity', inputs, outputs: [outputName], attributes: {}});
      infos.push({name: outputName, type: value.dtype, shape: value.shape});
    }
    const needed = new Set(infos.map((info) => info.name));
    const nodes = this.#nodes
      .toReversed()
      .filter((node) => {
        if (!node.outputs.some((output) => needed.has(output))) return false;
        for (const input of node.inputs) needed.add(input);
        return true;
      })
      .toReversed()
      .map((node) => (node.op === 'MaxPool' ? withoutUnreadTail(node, needed) : node));
    return {
      name,
      nodes: inlineIdentities(
        nodes,
        new Set([...this.#inputs.map((input) => input.name), ...this.#initializers.map((tensor) => tensor.name)]),
      ),
      initializers: this.#initializers.filter((tensor) => needed.has(tensor.name)),
      inputs: this.#inputs,
      outputs: infos,
      values: nodes.flatMap((node) => node.outputs.flatMap((output) => this.#infos.get(output) ?? [])),
    };
  }

  #filled(value: RecordedValue, number: number, layout: Layout): string {
    const scalar = this.constant(value.dtype, [number], []);
    if (value.shape.length === 0) return scalar;
    const shape = shapeIn(value, layout);
    if (sizeOf(shape) === 1) return this.constant(value.dtype, [number], shape);
    return this.node('Expand', [scalar, this.integers(shape)]);
  }

  #transposed(value: RecordedValue, other: string, layout: Layout): string {
    if (value.shape.length !== 4)
      throw new Error(`only rank-4 values have two layouts; got ${formatShape(value.shape)}`);
    const [, height, width, channels] = value.shape;
    if (channels === 1 || (height === 1 && width === 1)) {
      const shape = shapeIn(value, layout);
      return this.node('Reshape', [other, this.integers(shape)]);
    }
    return this.node('Transpose', [other], {perm: layout === 'channelsFirst' ? toFirst : toLast});
  }
}

/** MaxPool computes its indices, which cost more than the maxima, only when asked for. */
function withoutUnreadTail(node: OnnxNode, needed: ReadonlySet<string>): OnnxNode {
  return {...node, outputs: node.outputs.slice(0, node.outputs.findLastIndex((output) => needed.has(output)) + 1)};
}

/** An output that is the only use of a node's result takes that node's place, instead of a copy at the end of every step. */
function inlineIdentities(nodes: readonly OnnxNode[], outside: ReadonlySet<string>): readonly OnnxNode[] {
  const renamed = new Map<string, string>();
  const kept = nodes.filter((node) => {
    const [input] = node.inputs;
    if (node.op !== 'Identity' || input === undefined || outside.has(input) || renamed.has(input)) return true;
    renamed.set(input, node.outputs[0]!);
    return false;
  });
  const rename = (name: string): string => renamed.get(name) ?? name;
  return kept.map((node) => ({...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename)}));
}

const shapeIn = ({shape}: RecordedValue, layout: Layout): Shape =>
  layout === 'channelsLast' ? shape : toFirst.map((axis) => shape[axis]!);

const same = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((size, axis) => size === b[axis]);

function encode(type: OnnxType, values: readonly number[]): Uint8Array {
  switch (type) {
    case 'float32':
      return new Uint8Array(Float32Array.from(values).buffer);
    case 'int32':
      return new Uint8Array(Int32Array.from(values).buffer);
    case 'int64':
      return new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer);
    case 'bool':
      return Uint8Array.from(values, (value) => (value ? 1 : 0));
    default:
      return type satisfies never;
  }
}
