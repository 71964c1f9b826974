/**
 * Loads a Parquet table and goes through an epoch of its batches; prints by how many megabytes the process's peak memory grew.
 * `node --import tsx peak-memory.ts FOLDER memory|disk`
 */
import {loadData} from '../../../src/data/load.js';
import {Rng} from '../../../src/support/random.js';
import {dataSpec, parquetSource} from '../fixtures.js';

const [baseDir, storage] = process.argv.slice(2) as [string, 'memory' | 'disk'];
const peakMegabytes = (): number => process.resourceUsage().maxRSS / 1024;

async function epoch(file: string): Promise<number> {
  const spec = dataSpec(parquetSource({path: file}), {
    storage,
    workers: 0,
    transforms: [{type: 'normalize', fit: 'train'}],
    validation: {fraction: 0.1, stratify: false},
  });
  const context = {baseDir, outputs: {output: {encoding: 'values'}}, rng: Rng.fromSeed(1)} as const;
  const {train, dispose} = await loadData(spec, context);
  const order = Uint32Array.from({length: train.numExamples}, (_, i) => i);
  let numExamples = 0;
  for (const {size} of train.batches(256, Rng.fromSeed(2).shuffle(order))) numExamples += size;
  await dispose();
  return numExamples;
}

await epoch('small.parquet'); // so that code and its warm-up do not count
const before = peakMegabytes();
const numExamples = await epoch('large.parquet');
console.log(JSON.stringify({numExamples, grownMegabytes: peakMegabytes() - before}));
