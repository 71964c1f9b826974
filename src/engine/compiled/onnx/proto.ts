/** The part of ONNX's protobuf format that recorded graphs need. Field numbers are those of onnx.proto3 (IR version 10). */
import {ProtobufMessage as Message} from '../../../support/protobuf.js';

/** onnx.TensorProto.DataType. */
export const onnxTypes = {float32: 1, int32: 6, int64: 7, bool: 9} as const;
export type OnnxType = keyof typeof onnxTypes;

export type OnnxAttribute = number | {readonly float: number} | string | readonly number[];

export interface OnnxNode {
  /** What it is for; its name in the file is LABEL/OP, numbered where there are several. */
  readonly label: string;
  readonly op: string;
  /** Whose operator it is; ONNX's own by default. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxTensor {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export interface OnnxValueInfo {
  readonly name: string;
  readonly type: OnnxType;
  /**
   * Of each axis its size, the name of a size that is known only when the graph runs (`batch`), or null where nothing is known of it;
   * undefined where not even the number of axes is known.
   */
  readonly shape: readonly (number | string | null)[] | undefined;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** Shapes of values between, for viewers; ONNX Runtime infers its own. */
  readonly values: readonly OnnxValueInfo[];
}

function attribute(name: string, value: OnnxAttribute): Message {
  const message = new Message().text(1, name);
  if (typeof value === 'number') return message.varint(3, value).varint(20, 2);
  if (typeof value === 'string') return message.text(4, value).varint(20, 3);
  if (!('float' in value)) {
    for (const integer of value) message.varint(8, integer);
    return message.varint(20, 7);
  }
  return message.float(2, value.float).varint(20, 1);
}

function node(value: OnnxNode, name: string): Message {
  const message = new Message();
  for (const input of value.inputs) message.text(1, input);
  for (const output of value.outputs) message.text(2, output);
  message.text(3, name).text(4, value.op);
  for (const [name, held] of Object.entries(value.attributes)) message.message(5, attribute(name, held));
  if (value.domain !== undefined) message.text(7, value.domain);
  return message;
}

function tensor(value: OnnxTensor): Message {
  const message = new Message();
  for (const size of value.shape) message.varint(1, size);
  return message.varint(2, onnxTypes[value.type]).text(8, value.name).bytes(9, value.bytes);
}

function valueInfo(value: OnnxValueInfo): Message {
  const tensorType = new Message().varint(1, onnxTypes[value.type]);
  const shape = new Message();
  for (const size of value.shape ?? []) {
    const dimension = new Message();
    if (typeof size === 'number') dimension.varint(1, size);
    else if (size !== null) dimension.text(2, size);
    shape.message(1, dimension);
  }
  if (value.shape) tensorType.message(2, shape);
  return new Message().text(1, value.name).message(2, new Message().message(1, tensorType));
}

/** What a model file says besides its graph. */
export interface OnnxFacts {
  readonly irVersion?: number;
  readonly producerVersion?: string;
  /** For people. */
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A serialized ModelProto, as an ONNX viewer opens it. @param opset version of the default operator set. */
export function encodeModel(graph: OnnxGraph, opset: number, facts: OnnxFacts = {}): Uint8Array {
  const body = new Message();
  const numNamed = new Map<string, number>();
  for (const value of graph.nodes) {
    const name = `${value.label}/${value.op}`;
    const number = numNamed.get(name) ?? 0;
    numNamed.set(name, number + 1);
    body.message(1, node(value, number === 0 ? name : `${name}_${number}`));
  }
  body.text(2, graph.name);
  for (const value of graph.initializers) body.message(5, tensor(value));
  for (const value of graph.inputs) body.message(11, valueInfo(value));
  for (const value of graph.outputs) body.message(12, valueInfo(value));
  for (const value of graph.values) body.message(13, valueInfo(value));
  const {irVersion = 10, producerVersion, description, metadata = {}} = facts;
  const model = new Message().varint(1, irVersion).text(2, 'exp');
  if (producerVersion !== undefined) model.text(3, producerVersion);
  if (description !== undefined) model.text(6, description);
  model.message(7, body).message(8, new Message().text(1, '').varint(2, opset));
  for (const domain of new Set(graph.nodes.flatMap((value) => value.domain ?? [])))
    model.message(8, new Message().text(1, domain).varint(2, 1));
  for (const [key, value] of Object.entries(metadata)) model.message(14, new Message().text(1, key).text(2, value));
  return model.finish();
}
