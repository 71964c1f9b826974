/**
 * The part of ONNX's protobuf format that a training step needs, written by hand: a message is a list of tagged fields, so a
 * writer of 60 lines replaces a protobuf library and its generated code. Field numbers are those of onnx.proto3 (IR version 10).
 */

/** onnx.TensorProto.DataType. */
export const onnxTypes = {float32: 1, int32: 6, int64: 7, bool: 9} as const;
export type OnnxType = keyof typeof onnxTypes;

export type OnnxAttribute = number | {readonly float: number} | string | readonly number[];

export interface OnnxNode {
  /** What it is for; its name in the file is LABEL/OP, numbered where there are several. */
  readonly label: string;
  readonly op: string;
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
  readonly shape: readonly number[];
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

class Message {
  readonly #parts: Uint8Array[] = [];

  varint(field: number, value: number): this {
    this.#parts.push(encodeVarint(field << 3), encodeVarint(value));
    return this;
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#parts.push(encodeVarint((field << 3) | 5), bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#parts.push(encodeVarint((field << 3) | 2), encodeVarint(value.length), value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.finish());
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

/** Little-endian base 128, two's complement over 64 bits for negative numbers. */
function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
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
  return message;
}

function tensor(value: OnnxTensor): Message {
  const message = new Message();
  for (const size of value.shape) message.varint(1, size);
  return message.varint(2, onnxTypes[value.type]).text(8, value.name).bytes(9, value.bytes);
}

function valueInfo(value: OnnxValueInfo): Message {
  const shape = new Message();
  for (const size of value.shape) shape.message(1, new Message().varint(1, size));
  const tensorType = new Message().varint(1, onnxTypes[value.type]).message(2, shape);
  return new Message().text(1, value.name).message(2, new Message().message(1, tensorType));
}

/** A serialized ModelProto, as an ONNX viewer opens it. @param opset version of the default operator set. */
export function encodeModel(graph: OnnxGraph, opset: number): Uint8Array {
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
  return new Message()
    .varint(1, 10)
    .text(2, 'exp')
    .message(7, body)
    .message(8, new Message().text(1, '').varint(2, opset))
    .finish();
}
