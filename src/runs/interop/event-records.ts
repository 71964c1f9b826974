import {crc32c} from '../../support/crc32c.js';
import {ProtobufMessage as Message} from '../../support/protobuf.js';
import type {ScalarMoment} from './scalars.js';

/**
 * TensorBoard's event files: records of TFRecord's framing, each with an Event of event.proto. Field numbers are those of TensorFlow's
 * event.proto, summary.proto and tensor.proto and of TensorBoard's plugins/hparams/plugin_data.proto.
 */

/** Where a run stands, in the words of the plugin hparams. */
const hparamsStatus = {unknown: 0, success: 1, failure: 2, running: 3} as const;
export type SessionStatus = keyof typeof hparamsStatus;

/** A value of a hyper-parameter. */
export type HparamValue = number | string | boolean;

const maskDelta = 0xa282ead8;

/** crc32c in the form that stands in the file: rotated and shifted, so that a checksum of checksums is none of zeros. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + maskDelta) >>> 0;
}

/** length (8 bytes), its checksum (4), the data, their checksum (4); all little-endian. */
export function frame(data: Uint8Array): Uint8Array {
  const record = Buffer.alloc(data.length + 16);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedCrc32c(data), 12 + data.length);
  return record;
}

const event = (wallSeconds: number, step = 0): Message => new Message().double(1, wallSeconds).varint(2, step);

/** The first record of a file. */
export const versionRecord = (wallSeconds: number): Uint8Array =>
  frame(event(wallSeconds).text(3, 'brain.Event:2').finish());

/** Steps from here on replace what earlier files of the folder say of them: training was resumed. */
export const restartRecord = (wallSeconds: number, step: number): Uint8Array =>
  frame(event(wallSeconds, step).message(7, new Message().varint(1, 1)).finish());

/** Scalars as PyTorch's writer makes them; float32. */
export function scalarRecord({step, wallSeconds, values}: ScalarMoment): Uint8Array {
  const summary = new Message();
  for (const [tag, value] of Object.entries(values)) summary.message(1, new Message().text(1, tag).float(2, value));
  return frame(event(wallSeconds, step).message(5, summary).finish());
}

/** A text as the plugin of that name shows it. @param markdown may hold code */
export function textRecord(tag: string, markdown: string, wallSeconds: number): Uint8Array {
  const dataType = {string: 7};
  const tensor = new Message().varint(1, dataType.string).message(2, new Message()).text(8, markdown);
  return pluginRecord(tag, 'text', new Uint8Array(), tensor, wallSeconds);
}

/** Opens the session of a run in the plugin hparams: what was set. @param groupName the same for runs that differ in seed only */
export function sessionStartRecord(
  hparams: ReadonlyMap<string, HparamValue>,
  {groupName, startSeconds}: {readonly groupName: string; readonly startSeconds: number},
): Uint8Array {
  const start = new Message();
  for (const [name, value] of hparams) start.message(1, new Message().text(1, name).message(2, jsonValue(value)));
  start.text(4, groupName).double(5, startSeconds);
  return hparamsRecord('_hparams_/session_start_info', new Message().varint(1, 0).message(3, start), startSeconds);
}

export function sessionEndRecord(status: SessionStatus, endSeconds: number): Uint8Array {
  const end = new Message().varint(1, hparamsStatus[status]).double(2, endSeconds);
  return hparamsRecord('_hparams_/session_end_info', new Message().varint(1, 0).message(4, end), endSeconds);
}

/** google.protobuf.Value */
function jsonValue(value: HparamValue): Message {
  if (typeof value === 'number') return new Message().double(2, value);
  return typeof value === 'string' ? new Message().text(3, value) : new Message().varint(4, value ? 1 : 0);
}

/** The plugin reads its data from the metadata and wants any tensor beside them. */
function hparamsRecord(tag: string, data: Message, wallSeconds: number): Uint8Array {
  const dataType = {float: 1};
  const nothing = new Message().varint(1, dataType.float).message(2, new Message()).float(5, 0);
  return pluginRecord(tag, 'hparams', data.finish(), nothing, wallSeconds);
}

function pluginRecord(
  tag: string,
  plugin: string,
  content: Uint8Array,
  tensor: Message,
  wallSeconds: number,
): Uint8Array {
  const dataClass = {tensor: 2};
  const metadata = new Message()
    .message(1, new Message().text(1, plugin).bytes(2, content))
    .varint(4, dataClass.tensor);
  const value = new Message().text(1, tag).message(8, tensor).message(9, metadata);
  return frame(event(wallSeconds).message(5, new Message().message(1, value)).finish());
}
