import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {loadInit, openInit} from '../../src/experiment/init-weights.js';
import {buildModel} from '../../src/model/build.js';
import {planModel} from '../../src/model/infer-shapes.js';
import {toPytorch} from '../../src/model/init/to-pytorch.js';
import {Rng} from '../../src/support/random.js';
import type {Shape} from '../../src/support/tensor.js';
import {readReference} from '../reference/read.js';
import {modelOf, type WrittenLayer} from './fixtures.js';

/** A network as PyTorch saved it; see test/reference/pytorch_weights.py. */
interface WeightsCase {
  readonly title: string;
  readonly file: string;
  readonly layers: readonly WrittenLayer[];
  readonly inputs: {readonly shape: Shape};
  readonly rename: Readonly<Record<string, string>>;
}

const baseDir = path.resolve(import.meta.dirname, '../reference');
await tf.setBackend('cpu');

for (const {title, file, layers, inputs, rename} of readReference<{cases: readonly WeightsCase[]}>('pytorch_weights')
  .cases) {
  t.test(`${title}: PyTorch's arrays come back as PyTorch saved them`, async (t) => {
    const model = modelOf(...layers);
    const plan = planModel(model, {input: inputs.shape.slice(1)});
    const built = await buildModel(model, {inputShapes: {input: inputs.shape.slice(1)}, rng: Rng.fromSeed(1)});
    const init = {from: file, layout: 'pytorch', rename: {...rename}, exclude: [], match: 'all'} as const;
    const opened = await openInit({...init, exclude: []}, plan, {baseDir, runsDir: 'runs'});
    await loadInit(opened, built);
    const weights = new Map(
      built.weights.map(({name, variable}) => [
        name,
        {shape: variable.shape as Shape, values: Float32Array.from(variable.read().dataSync() as Float32Array)},
      ]),
    );
    const {arrays, lacking} = toPytorch(plan, weights);
    t.same(lacking, []);
    let numCompared = 0;
    for (const {recipe, from} of opened.match.filled) {
      const ours = recipe.sources.map(({name}) => arrays.get(name.replaceAll('/', '.'))!);
      const theirs = await Promise.all(from.map((name) => opened.weights.read(name)));
      t.same(
        ours.map(({shape}) => shape),
        from.map((name) => opened.weights.arrays.get(name)!.shape),
      );
      const isSum = ours.length === 2 && ours[1]!.values.every((value) => value === 0);
      // The two biases of an lstm or a simpleRnn are one here: their sum.
      const wanted = isSum ? [theirs[0]!.map((value, i) => value + theirs[1]![i]!)] : theirs;
      for (const [index, values] of wanted.entries()) {
        t.strictSame(Array.from(ours[index]!.values), Array.from(values), `${recipe.weight} as ${from[index]}`);
        numCompared += values.length;
      }
    }
    t.ok(numCompared > 100);
    built.network.dispose();
  });
}
