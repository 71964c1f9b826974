import t from 'tap';
import {fillNoise} from '../../src/engine/noise.js';
import type {NoiseRequest} from '../../src/model/call-context.js';
import {Rng} from '../../src/support/random.js';

const size = 100_000;
const draw = (request: Partial<NoiseRequest> = {}, seed = 1, step = 1): Float32Array => {
  const out = new Float32Array(size);
  fillNoise({layer: 'dropout', kind: 'keepMask', rate: 0.25, shape: [size], ...request}, Rng.fromSeed(seed), step, out);
  return out;
};

t.test('a keep mask holds 0 with probability `rate` and 1 / (1 - rate) else', async (t) => {
  for (const rate of [0.1, 0.25, 0.5, 0.9]) {
    const mask = draw({rate});
    const kept = Math.fround(1 / (1 - rate));
    t.ok(mask.every((value) => value === 0 || value === kept));
    const share = mask.filter((value) => value === 0).length / size;
    const deviation = Math.sqrt((rate * (1 - rate)) / size);
    t.ok(Math.abs(share - rate) < 5 * deviation, `${share} of ${rate}`);
  }
  t.ok(draw({rate: 0}).every((value) => value === 1));
});

t.test('normal noise has mean 0, deviation 1 and the tails of a bell curve', async (t) => {
  const values = draw({kind: 'normal', rate: 0});
  const mean = values.reduce((sum, value) => sum + value, 0) / size;
  const variance = values.reduce((sum, value) => sum + value * value, 0) / size;
  const outside = values.filter((value) => Math.abs(value) > 1.959964).length / size; // 5 % of a normal distribution
  t.ok(Math.abs(mean) < 5 / Math.sqrt(size), `${mean}`);
  t.ok(Math.abs(variance - 1) < 5 * Math.sqrt(2 / size), `${variance}`);
  t.ok(Math.abs(outside - 0.05) < 5 * Math.sqrt(0.0475 / size), `${outside}`);
});

t.test('seed, step and layer decide, and nothing else', async (t) => {
  t.same(draw(), draw());
  const others = [draw({}, 2), draw({}, 1, 2), draw({layer: 'dropout_1'})];
  const wanted = 0.25 ** 2 + 0.75 ** 2; // independent masks agree so often
  for (const other of others) {
    const agreement = draw().filter((value, i) => value === other[i]).length / size;
    t.ok(Math.abs(agreement - wanted) < 0.01, `${agreement}`);
  }
  const rng = Rng.fromSeed(1);
  rng.uniform();
  const out = new Float32Array(size);
  fillNoise({layer: 'dropout', kind: 'keepMask', rate: 0.25, shape: [size]}, rng, 1, out);
  t.same(out, draw(), 'how much was drawn from the stream before does not matter');
});
