import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import sharp from 'sharp';
import type {SavedData} from '../../src/data/new-examples/definition.js';
import {openNewExamples} from '../../src/data/new-examples/open.js';
import type {DataSpec} from '../../src/data/section.js';
import {readSavedWeights} from '../../src/runs/saved-weights.js';
import {openWeightFile} from '../../src/runs/weight-files/open.js';
import {
  csvSource,
  dataSpec,
  describe,
  idxBytes,
  idxSource,
  imageFolderSource,
  jsonlSource,
  load,
  madeFiles,
  npySource,
  npzSource,
  parquetSource,
  textSource,
} from '../data/fixtures.js';
import type {Draw} from './draw.js';
import {mutateBytes} from './mutate.js';
import {zipOf} from './zip-writer.js';

/** A kind of file, and everything that reads it. */
export interface DataFormat {
  /** The file to be damaged, relative to the format's folder. */
  readonly file: string;
  readonly whole: Uint8Array;
  /** Damages it; changes bytes by default. */
  readonly damage?: (draw: Draw) => Uint8Array;
  /** Files beside it. */
  readonly others?: Readonly<Record<string, Uint8Array | string>>;
  /** Reads all there is to read. @param folder absolute */
  read(folder: string): Promise<void>;
}

const made = (name: string): Buffer => readFileSync(path.join(madeFiles, name));

async function readAll(spec: DataSpec, folder: string): Promise<void> {
  await describe(spec, folder);
  const dataset = await load(spec, folder);
  for (const split of [dataset.train, dataset.validation, dataset.test]) {
    for (const _batch of split?.batches(16) ?? []);
  }
  await dataset.dispose();
}

const source = (given: DataSpec['source']) => (folder: string) => readAll(dataSpec(given), folder);

const rows = Array.from(
  {length: 40},
  (_, i) => [i / 7, i % 3 === 0 ? 'a' : 'b', 1000 - i, i % 2 === 0 ? 'yes' : 'no'] as const,
);
const csv = `x,word,z,y\n${rows.map((row) => row.join(',')).join('\n')}\n`;
const tsv = csv.replaceAll(',', '\t').replace('a', '"a ""quoted""\ttab"');
const jsonl = rows.map(([x, word, z, y]) => JSON.stringify({x, word, z, y})).join('\n');
const images = idxBytes(
  8,
  [30, 4, 4],
  Array.from({length: 480}, (_, i) => i % 256),
);
const labels = idxBytes(
  8,
  [30],
  Array.from({length: 30}, (_, i) => i % 3),
);
const floats = idxBytes(
  13,
  [30, 5],
  Array.from({length: 150}, (_, i) => i / 3),
);
const npyLabels = made('labels.npy');

const picture = (format: 'png' | 'jpeg' | 'webp'): Promise<Buffer> =>
  sharp(Buffer.from(Uint8Array.from({length: 12 * 12 * 3}, (_, i) => (i * 7) % 256)), {
    raw: {width: 12, height: 12, channels: 3},
  })
    .toFormat(format)
    .toBuffer();

async function imageFormat(format: 'png' | 'jpeg' | 'webp'): Promise<DataFormat> {
  const whole = await picture(format);
  const name = `image.${format === 'jpeg' ? 'jpg' : format}`;
  return {
    file: `a/${name}`,
    whole,
    others: {'a/ok.png': await picture('png'), 'b/ok.png': await picture('png'), 'b/ok2.png': await picture('png')},
    read: source(imageFolderSource({height: 8, width: 8})),
  };
}

/** Bytes are changed before they are packed as often as after. */
const damagedGzip =
  (plain: Uint8Array) =>
  (draw: Draw): Uint8Array =>
    draw.chance(0.5) ? gzipSync(mutateBytes(plain, draw)) : mutateBytes(gzipSync(plain), draw);

const members = {x_train: made('f4.npy'), y_train: npyLabels, x_test: made('f4.npy')};
const archive = (
  damage: (name: string, bytes: Uint8Array) => Uint8Array = (_, bytes) => bytes,
  isPacked = true,
): Buffer =>
  zipOf(Object.entries(members).map(([name, bytes]) => ({name: `${name}.npy`, bytes: damage(name, bytes), isPacked})));

function damagedNpz(draw: Draw): Uint8Array {
  if (draw.chance(0.5)) return mutateBytes(archive(undefined, draw.chance(0.5)), draw);
  const which = draw.pick(Object.keys(members));
  return archive((name, bytes) => (name === which ? mutateBytes(bytes, draw) : bytes), draw.chance(0.5));
}

/** The description of a Parquet file lies at its end. */
function damagedParquet(whole: Buffer) {
  return (draw: Draw): Uint8Array => {
    if (draw.chance(0.3)) return mutateBytes(whole, draw);
    const start = Math.max(0, whole.length - 8 - whole.readUInt32LE(whole.length - 8));
    const footer = Buffer.from(whole);
    for (let i = 1 + draw.count(3); i > 0; i--)
      footer[start + draw.below(whole.length - start)] = draw.pick([0, 1, 0x7f, 0xff, 0x15, 0x80, draw.below(256)]);
    return footer;
  };
}

const headers = {
  weight: {dtype: 'F32', shape: [3, 4], data_offsets: [0, 48]},
  'a/kernel': {dtype: 'F16', shape: [8], data_offsets: [48, 64]},
};
function safetensors(header: unknown, dataBytes = 64): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes, 1)]);
}

const tfjsModel = JSON.stringify({
  modelTopology: {},
  weightsManifest: [
    {
      paths: ['weights.bin'],
      weights: [
        {name: 'a', shape: [2, 3], dtype: 'float32'},
        {
          name: 'b',
          shape: [4],
          dtype: 'float32',
          quantization: {dtype: 'uint8', scale: 0.1, min: -1, original_dtype: 'float32'},
        },
      ],
    },
  ],
});

const weights =
  (name: string) =>
  async (folder: string): Promise<void> => {
    const opened = await openWeightFile(path.join(folder, name));
    for (const [array, {problem}] of opened.arrays) if (problem === undefined) await opened.read(array);
  };

/** New examples for a run that was trained on whole ones, as `exp predict` takes them. */
async function predicting(name: string, whole: string, of: DataSpec['source']): Promise<DataFormat> {
  const spec = dataSpec(of);
  let saved: SavedData | undefined;
  return {
    file: name,
    whole: Buffer.from(whole),
    others: {[`trained-${name}`]: whole},
    async read(folder) {
      if (!saved) {
        const dataset = await load({...spec, source: {...of, path: `trained-${name}`} as DataSpec['source']}, folder);
        const inputShapes = Object.fromEntries(
          Object.entries(dataset.info.inputs).map(([input, {shape}]) => [input, shape]),
        );
        saved = {fitted: dataset.fitted, inputShapes};
        await dataset.dispose();
      }
      const opened = await openNewExamples(spec, saved, {path: path.join(folder, name)});
      try {
        for await (const _batch of opened.batches(16));
      } finally {
        opened.close();
      }
    },
  };
}

/** Every kind of file that exp reads, by name. */
export async function dataFormats(): Promise<Readonly<Record<string, DataFormat>>> {
  const parquet = made('snappy.parquet');
  return {
    csv: {file: 'table.csv', whole: Buffer.from(csv), read: source(csvSource())},
    csvGz: {
      file: 'table.csv',
      whole: Buffer.from(csv),
      damage: damagedGzip(Buffer.from(csv)),
      read: source(csvSource()),
    },
    tsv: {file: 'table.csv', whole: Buffer.from(tsv), read: source(csvSource({delimiter: '\t'}))},
    jsonl: {file: 'table.jsonl', whole: Buffer.from(jsonl), read: source(jsonlSource())},
    parquet: {
      file: 'table.parquet',
      whole: parquet,
      damage: damagedParquet(parquet),
      read: source(parquetSource({target: 'y'})),
    },
    npy: {file: 'x.npy', whole: made('f4.npy'), others: {'y.npy': npyLabels}, read: source(npySource())},
    npyLabels: {file: 'y.npy', whole: npyLabels, others: {'x.npy': made('f4.npy')}, read: source(npySource())},
    npyGz: {
      file: 'x.npy',
      whole: made('i8.npy'),
      damage: damagedGzip(made('i8.npy')),
      others: {'y.npy': npyLabels},
      read: source(npySource()),
    },
    npz: {file: 'data.npz', whole: archive(), damage: damagedNpz, read: source(npzSource())},
    idx: {file: 'images.idx', whole: images, others: {'labels.idx': labels}, read: source(idxSource())},
    idxLabels: {file: 'labels.idx', whole: labels, others: {'images.idx': floats}, read: source(idxSource())},
    idxGz: {
      file: 'images.idx',
      whole: gzipSync(images),
      damage: damagedGzip(images),
      others: {'labels.idx': labels},
      read: source(idxSource()),
    },
    text: {
      file: 'text.txt',
      whole: Buffer.from('the quick brown fox, été 日本\n'.repeat(20)),
      read: source(textSource({length: 8})),
    },
    png: await imageFormat('png'),
    jpeg: await imageFormat('jpeg'),
    webp: await imageFormat('webp'),
    safetensors: {file: 'weights.safetensors', whole: safetensors(headers), read: weights('weights.safetensors')},
    weightsNpz: {file: 'weights.npz', whole: archive(), damage: damagedNpz, read: weights('weights.npz')},
    tfjs: {
      file: 'model.json',
      whole: Buffer.from(tfjsModel),
      others: {'weights.bin': Buffer.alloc(28, 1)},
      read: weights('model.json'),
    },
    checkpoint: {
      file: 'checkpoints/best/weights.safetensors',
      whole: safetensors({weight: headers.weight}, 48),
      others: {'status.json': '{}', 'checkpoints/best/state.json': '{"epoch": 1, "step": 2}'},
      read: async (folder) => void (await readSavedWeights({path: folder}, 'best', {isAveraged: false})),
    },
    predictCsv: await predicting('table.csv', csv, csvSource()),
    predictJsonl: await predicting('table.jsonl', jsonl, jsonlSource()),
  };
}

/** Lays the files of a format out. @returns its folder, absolute */
export function layOut(format: DataFormat, folder: string): string {
  for (const [name, content] of Object.entries({[format.file]: format.whole, ...format.others})) {
    mkdirSync(path.dirname(path.join(folder, name)), {recursive: true});
    writeFileSync(path.join(folder, name), content);
  }
  return path.resolve(folder);
}
