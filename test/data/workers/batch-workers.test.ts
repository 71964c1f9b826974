/** Threads that make batches: what goes wrong in them, and that they go. That the batches are the same is in same-batches.test.ts. */
import {truncateSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type {BatchRecipe} from '../../../src/data/batch-recipe.js';
import {createSplit} from '../../../src/data/batches.js';
import {createSplits, numWorkersFor} from '../../../src/data/splits.js';
import {ArrayFile} from '../../../src/data/storage/array-file.js';
import {BatchWorkers} from '../../../src/data/workers/batch-workers.js';

t.setTimeout(200_000); // threads start slowly from TypeScript
const folder = t.testdir({});

/** Examples 0, 1, 2, … of one number each, their targets ten times that. */
const recipeOf = (numExamples: number, more: Partial<BatchRecipe> = {}): BatchRecipe => ({
  examples: {
    numExamples,
    inputs: {input: Float32Array.from({length: numExamples}, (_, i) => i)},
    targets: {target: Int32Array.from({length: numExamples}, (_, i) => 10 * i)},
  },
  inputs: [{name: 'input', size: 1, transforms: []}],
  targets: [{output: 'output', target: 'target', encoding: 'classIndex', size: 1, isWeighted: false}],
  ...more,
});

const range = (start: number, end: number): number[] => Array.from({length: end - start}, (_, i) => start + i);

t.test('many epochs, some left early, with the threads of the first', async (t) => {
  const {train, validation, dispose} = createSplits({train: recipeOf(100), validation: recipeOf(7)}, 2);
  for (let epoch = 1; epoch <= 30; epoch++) {
    const seen: number[] = [];
    for (const {inputs} of train.batches(1 + (epoch % 9), undefined, epoch)) {
      seen.push(...inputs.input!);
      if (epoch % 3 === 0 && seen.length > 20) break;
    }
    t.strictSame(seen, range(0, seen.length));
    t.ok(epoch % 3 === 0 || seen.length === 100);
    t.strictSame(
      Array.from(validation!.batches(3), ({targets}) => [...targets.output!]).flat(),
      range(0, 7).map((i) => 10 * i),
    );
  }
  await dispose();
});

t.test('a second part in the middle of the first', async (t) => {
  const {train, validation, dispose} = createSplits({train: recipeOf(50), validation: recipeOf(7)}, 1);
  const seen: number[] = [];
  for (const {inputs} of train.batches(5)) {
    seen.push(...inputs.input!);
    t.strictSame(Array.from(validation!.batches(7), ({inputs: other}) => [...other.input!]).flat(), range(0, 7));
  }
  t.strictSame(seen, range(0, 50));
  await dispose();
});

t.test('batches that nobody has taken yet are not overwritten', async (t) => {
  const {train, dispose} = createSplits({train: recipeOf(64)}, 1);
  const batches = train.batches(4)[Symbol.iterator]();
  const first = batches.next().value!;
  await new Promise((resolve) => setTimeout(resolve, 300)); // the thread fills all it may
  t.strictSame([...first.inputs.input], [0, 1, 2, 3]);
  t.strictSame([...batches.next().value!.inputs.input], [4, 5, 6, 7]);
  batches.return?.();
  await dispose();
});

t.test('errors come with their class, hint and place, and the threads go on', async (t) => {
  const file = path.join(folder, 'cut.bin');
  writeFileSync(file, new Uint8Array(100));
  const array = ArrayFile.open({file, byteOffset: 0, kind: 'uint8', numRows: 100, rowSize: 1});
  truncateSync(file, 50);
  const cut = recipeOf(100);
  const recipe = {...cut, examples: {...cut.examples, inputs: {input: array}}};
  const {train, dispose} = createSplits({train: recipe}, 2);
  for (let time = 0; time < 2; time++) {
    let numSeen = 0;
    await t.rejects(
      async () => {
        for (const {size} of train.batches(10)) numSeen += size;
      },
      {
        name: 'ExpError',
        code: 'DATA_INVALID',
        message: /cut\.bin changed while it was in use: it ends at byte 50/,
        hint: /start it again/,
      },
    );
    t.equal(numSeen, 50, 'batches before the error are good');
  }
  t.equal([...train.batches(10, Uint32Array.from(range(0, 50)))].length, 5);
  await dispose();
  await t.rejects(
    async () => {
      const {train: bug, dispose: end} = createSplits({train: recipeOf(5)}, 1);
      try {
        for (const _ of bug.batches(5, Uint32Array.of(9)));
      } finally {
        await end();
      }
    },
    {message: 'example 9 of 5'},
    'errors in code, too',
  );
});

t.test('after they are ended, and a batch size that is none', async (t) => {
  const recipe = recipeOf(10);
  const workers = new BatchWorkers([recipe], 1);
  const split = createSplit(recipe, (request, plain) => workers.batches(0, request, plain));
  await workers.dispose();
  t.equal([...split.batches(4)].length, 3, 'this thread makes them');
  for (const size of [0, 1.5]) t.throws(() => [...split.batches(size)], RangeError);
  const {train, dispose} = createSplits({train: recipe}, 1);
  for (const size of [0, 1.5]) t.throws(() => [...train.batches(size)], RangeError);
  await dispose();
});

t.test('threads that nobody ends keep no process', async (t) => {
  createSplits({train: recipeOf(10)}, 2);
  t.pass('or this file would never end');
});

t.test('how many threads', async (t) => {
  const augmented = recipeOf(5, {
    inputs: [{name: 'input', size: 1, transforms: [], augment: {specs: [], shape: [1], isBytes: false, rngKey: 1}}],
  });
  t.equal(numWorkersFor('auto', recipeOf(5)), 0);
  t.ok(numWorkersFor('auto', augmented) >= 1);
  const large = recipeOf(5, {inputs: [{name: 'input', size: 64 * 64 * 3, transforms: []}]});
  t.ok(numWorkersFor('auto', large) >= 1);
  t.equal(numWorkersFor(0, augmented), 0);
  t.equal(numWorkersFor(3, recipeOf(5)), 3);
});
