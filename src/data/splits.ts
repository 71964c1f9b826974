import {availableParallelism} from 'node:os';
import type {BatchRecipe} from './batch-recipe.js';
import {createSplit} from './batches.js';
import type {Dataset, Split} from './dataset.js';
import type {Examples, StoredValues, Values} from './sources/definition.js';
import {ArrayFile} from './storage/array-file.js';
import {BatchWorkers} from './workers/batch-workers.js';
import {shared} from './workers/messages.js';

export type PartName = 'train' | 'validation' | 'test';

type Recipes = Readonly<Partial<Record<PartName, BatchRecipe>>>;

/** Examples of more numbers take longer to copy and to transform than to hand over: pictures of 58 × 58 × 3. */
const largeExample = 10_000;

/** How many threads are worth their start. @param wanted as in the spec */
export function numWorkersFor(wanted: number | 'auto', {examples, inputs}: BatchRecipe): number {
  if (wanted !== 'auto') return wanted;
  const isWork = inputs.some(
    ({name, size, augment}) => augment || size >= largeExample || examples.inputs[name] instanceof ArrayFile,
  );
  return isWork ? Math.min(4, Math.max(1, Math.floor(availableParallelism() / 4))) : 0;
}

/** The parts of a data set, their batches made by threads if there are to be any. */
export function createSplits(
  recipes: Recipes,
  numWorkers: number,
): Record<'train', Split> & Partial<Record<PartName, Split>> & Pick<Dataset, 'numWorkers' | 'dispose'> {
  const names = Object.keys(recipes) as PartName[];
  const used = numWorkers > 0 ? withSharedArrays(recipes) : recipes;
  const workers =
    numWorkers > 0
      ? new BatchWorkers(
          names.map((name) => used[name]!),
          numWorkers,
        )
      : undefined;
  const splits = names.map((name, part) => {
    const split = createSplit(used[name]!, workers && ((request, plain) => workers.batches(part, request, plain)));
    return [name, split];
  });
  return {
    ...(Object.fromEntries(splits) as Record<'train', Split>),
    numWorkers,
    async dispose() {
      await workers?.dispose();
      const stored = names.flatMap((name) => Object.values(recipes[name]!.examples.inputs));
      for (const values of new Set(stored)) if (values instanceof ArrayFile) values.close();
    },
  };
}

/** The recipes with their arrays where all threads see them; each array moves once. */
function withSharedArrays(recipes: Recipes): Recipes {
  const moved = new Map<StoredValues, StoredValues>();
  const share = <V extends StoredValues>(values: V): V => {
    if (values instanceof ArrayFile) return values;
    const known = moved.get(values) ?? shared(values as Values);
    moved.set(values, known);
    return known as V;
  };
  const shareAll = <V extends StoredValues>(arrays: Readonly<Record<string, V>>): Record<string, V> =>
    Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, share(values)]));
  const shareExamples = ({numExamples, inputs, targets, weights}: Examples): Examples => ({
    numExamples,
    inputs: shareAll(inputs),
    targets: shareAll(targets),
    ...(weights ? {weights: share(weights)} : {}),
  });
  return Object.fromEntries(
    Object.entries(recipes).map(([name, recipe]) => [name, {...recipe, examples: shareExamples(recipe.examples)}]),
  );
}
