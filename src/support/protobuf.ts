/**
 * A message of Google's protobuf wire format while it is written: a list of tagged fields, so that a writer of a few lines stands in for
 * a library and its generated code. Fields with the value 0 or an empty text are written too, which readers of any version take.
 * Format: https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufMessage {
  readonly #parts: Uint8Array[] = [];

  /** An integer, enum or boolean. @param value a safe integer; negative ones as two's complement over 64 bits */
  varint(field: number, value: number): this {
    this.#parts.push(encodeVarint(field * 8), encodeVarint(value));
    return this;
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    this.#parts.push(encodeVarint(field * 8 + 5), bytes);
    return this;
  }

  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    this.#parts.push(encodeVarint(field * 8 + 1), bytes);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#parts.push(encodeVarint(field * 8 + 2), encodeVarint(value.length), value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  message(field: number, value: ProtobufMessage): this {
    return this.bytes(field, value.finish());
  }

  finish(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

/** Little-endian base 128, two's complement over 64 bits for negative numbers. */
function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  if (value >= 0) {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
    bytes.push(rest);
    return Uint8Array.from(bytes);
  }
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 0x80 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
