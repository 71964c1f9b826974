import {deflateRawSync} from 'node:zlib';
import {crc32} from '../../src/support/crc32.js';

/** A member of an archive, and what its entry may say that is not so. */
export interface ZipMember {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly isPacked?: boolean;
  /** Size when unpacked, as the entry says it; the true one by default. */
  readonly saidBytes?: number;
}

/** A zip archive (APPNOTE.TXT 4.3), written without the code under test. */
export function zipOf(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const {name, bytes, isPacked = false, saidBytes = bytes.length} of members) {
    const [packed, title] = [isPacked ? deflateRawSync(bytes) : Buffer.from(bytes), Buffer.from(name)];
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(isPacked ? 8 : 0, 4);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(saidBytes, 18);
    fields.writeUInt16LE(title.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, title, packed]);
    const entry = Buffer.alloc(46);
    entry.write('PK\x01\x02', 'latin1');
    fields.copy(entry, 6);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, title);
    parts.push(local);
    offset += local.length;
  }
  const table = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(table.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, table, end]);
}
