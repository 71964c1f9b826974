import {type FileHandle, open} from 'node:fs/promises';
import {promisify} from 'node:util';
import {constants, inflateRaw} from 'node:zlib';
import {crc32} from '../../support/crc32.js';
import {ExpError} from '../../support/errors.js';
import {displayPath, missing} from './paths.js';

const inflate = promisify(inflateRaw);

/** A file in a zip archive. The format: PKWARE's APPNOTE.TXT, 4.3 and (64-bit sizes) 4.5.3. */
interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly localOffset: number;
}

/** An open archive; members are read when asked for. */
export class ZipFile {
  private constructor(
    private readonly file: string,
    private readonly handle: FileHandle,
    private readonly entries: ReadonlyMap<string, ZipEntry>,
  ) {}

  /** Opens an archive, hands it to `use` and closes it. @param file absolute @throws ExpError */
  static async with<Result>(file: string, use: (zip: ZipFile) => Promise<Result>): Promise<Result> {
    const handle = await open(file).catch(async (error: NodeJS.ErrnoException) => {
      throw await missing(file, error);
    });
    try {
      return await use(new ZipFile(file, handle, await readDirectory(file, handle)));
    } finally {
      await handle.close();
    }
  }

  get names(): readonly string[] {
    return [...this.entries.keys()];
  }

  /** Size of a member when unpacked. */
  sizeOf(name: string): number {
    return this.entries.get(name)!.bytes;
  }

  /** The first bytes of a member. */
  async readStart(name: string, numBytes: number): Promise<Uint8Array> {
    const entry = this.entries.get(name)!;
    const packed = await this.readPacked(entry, Math.min(entry.packedBytes, 2 * numBytes));
    const bytes = entry.method === 0 ? packed : await this.unpack(entry, packed, constants.Z_SYNC_FLUSH);
    return bytes.subarray(0, numBytes);
  }

  /** A whole member, checked against its checksum. @throws ExpError */
  async read(name: string): Promise<Uint8Array> {
    const entry = this.entries.get(name)!;
    const packed = await this.readPacked(entry, entry.packedBytes);
    const bytes = entry.method === 0 ? packed : await this.unpack(entry, packed, constants.Z_FINISH);
    if (bytes.length !== entry.bytes || crc32(bytes) !== entry.crc)
      throw damaged(this.file, `${name} does not have the checksum that the archive promises`);
    return bytes;
  }

  private async unpack(entry: ZipEntry, packed: Uint8Array, finishFlush: number): Promise<Uint8Array> {
    if (entry.method !== 8) throw damaged(this.file, `${entry.name} is packed by method ${entry.method}`);
    const maxOutputLength = Math.max(1, entry.bytes);
    return inflate(packed, {finishFlush, maxOutputLength}).catch((error: Error) => {
      throw damaged(this.file, `${entry.name} cannot be unpacked (${error.message})`);
    });
  }

  private async readPacked(entry: ZipEntry, numBytes: number): Promise<Uint8Array> {
    const local = await readAt(this.file, this.handle, entry.localOffset, 30);
    if (local.readUInt32LE(0) !== 0x04034b50) throw damaged(this.file, `${entry.name} is not where it should be`);
    const start = entry.localOffset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
    return readAt(this.file, this.handle, start, numBytes);
  }
}

async function readAt(file: string, handle: FileHandle, position: number, numBytes: number): Promise<Buffer> {
  // Before any memory is taken: sizes and places in a damaged archive may be anything.
  if (position + numBytes > (await handle.stat()).size) throw damaged(file, 'it is cut short');
  const bytes = Buffer.alloc(numBytes);
  let length = 0;
  while (length < numBytes) {
    const {bytesRead} = await handle.read(bytes, length, numBytes - length, position + length);
    if (bytesRead === 0) throw damaged(file, 'it is cut short');
    length += bytesRead;
  }
  return bytes;
}

const endBytes = 22;

async function readDirectory(file: string, handle: FileHandle): Promise<ReadonlyMap<string, ZipEntry>> {
  const stats = await handle.stat();
  if (stats.isDirectory()) throw new ExpError('DATA_INVALID', `${displayPath(file)} is a folder; expected a file`);
  const tailBytes = Math.min(stats.size, endBytes + 0xffff);
  const tail = await readAt(file, handle, stats.size - tailBytes, tailBytes);
  const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end === -1 || end + endBytes > tail.length) throw damaged(file, 'it does not end as one');
  let [numEntries, bytes, offset] = [
    tail.readUInt16LE(end + 10),
    tail.readUInt32LE(end + 12),
    tail.readUInt32LE(end + 16),
  ];
  const locator = end - 20;
  if (locator >= 0 && tail.readUInt32LE(locator) === 0x07064b50) {
    const record = await readAt(file, handle, Number(tail.readBigUInt64LE(locator + 8)), 56);
    numEntries = Number(record.readBigUInt64LE(32));
    bytes = Number(record.readBigUInt64LE(40));
    offset = Number(record.readBigUInt64LE(48));
  }
  if (offset + bytes > stats.size) throw damaged(file, 'it is cut short');
  return parseDirectory(file, await readAt(file, handle, offset, bytes), numEntries);
}

function parseDirectory(file: string, directory: Buffer, numEntries: number): ReadonlyMap<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>();
  for (let i = 0, at = 0; i < numEntries; i++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50)
      throw damaged(file, 'its table of contents is torn');
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field));
    const extraStart = at + 46 + nameBytes!;
    const name = directory.toString('utf8', at + 46, extraStart);
    const wide = wideSizes(directory.subarray(extraStart, extraStart + extraBytes!));
    const size = (field: number): number => {
      const value = directory.readUInt32LE(at + field);
      return value === 0xffffffff ? (wide.shift() ?? value) : value;
    };
    // In the order in which 64-bit sizes stand in the extra field.
    const [unpacked, packedBytes, localOffset] = [size(24), size(20), size(42)];
    entries.set(name, {
      name,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedBytes,
      bytes: unpacked,
      localOffset,
    });
    at = extraStart + extraBytes! + commentBytes!;
  }
  return entries;
}

/** The 64-bit numbers of an entry's extra field 1. */
function wideSizes(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const numWide = Math.floor(Math.min(extra.readUInt16LE(at + 2), extra.length - at - 4) / 8);
    return Array.from({length: numWide}, (_, i) => Number(extra.readBigUInt64LE(at + 4 + 8 * i)));
  }
  return [];
}

const damaged = (file: string, what: string): ExpError =>
  new ExpError(
    'DATA_INVALID',
    `${displayPath(file)} is not a zip archive that can be read: ${what}`,
    'the copy or download may have stopped early; fetch it again',
  );
