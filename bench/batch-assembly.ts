/** Milliseconds to assemble a batch of 32 MNIST images with the lesson's transforms, shuffled. `node --import tsx bench/batch-assembly.ts` */
import {cpus} from 'node:os';
import {loadData} from '../src/data/load.js';
import type {DataSpec} from '../src/data/section.js';
import {Rng} from '../src/support/random.js';

const spec: DataSpec = {
  source: {type: 'mnist'},
  transforms: [
    {type: 'rescale', scale: 1 / 255, offset: 0},
    {type: 'normalize', mean: 0.1307, std: 0.3081},
  ],
  augment: [],
  test: 'atEnd',
  storage: 'auto',
  workers: 'auto',
};
const batchSize = 32;
const rng = Rng.fromSeed(42);

const loadStart = performance.now();
const {train} = await loadData(spec, {baseDir: process.cwd(), outputs: {output: {encoding: 'oneHot'}}, rng});
const loadMillis = performance.now() - loadStart;

const order = rng.shuffle(Uint32Array.from({length: train.numExamples}, (_, i) => i));
const millis: number[] = [];
let checksum = 0;
for (let epoch = 0; epoch < 3; epoch++) {
  const batches = train.batches(batchSize, order)[Symbol.iterator]();
  for (;;) {
    const start = performance.now();
    const next = batches.next();
    if (next.done) break;
    millis.push(performance.now() - start);
    checksum += next.value.inputs.input![392]!;
  }
}
const sorted = Float64Array.from(millis).sort();
const at = (fraction: number): string => sorted[Math.floor(fraction * (sorted.length - 1))]!.toFixed(4);
const mean = millis.reduce((sum, value) => sum + value, 0) / millis.length;
console.log(`machine           ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`);
console.log(`load and check    ${loadMillis.toFixed(0)} ms (MNIST, SHA-256 included)`);
console.log(`first batch       ${millis[0]!.toFixed(4)} ms`);
console.log(
  `batch of ${batchSize}       median ${at(0.5)} ms, mean ${mean.toFixed(4)} ms, 99th percentile ${at(0.99)} ms`,
);
console.log(
  `peak memory       ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB (checksum ${checksum.toFixed(3)})`,
);
