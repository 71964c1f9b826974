import {nearest} from '../../spec/suggest.js';
import {formatShape, type Shape} from '../../support/tensor.js';
import type {ModelPlan} from '../infer-shapes.js';
import {type NamePattern, namePattern, nearestName} from '../name-pattern.js';
import {ModelProblem} from '../shape-problem.js';
import {fileNames} from './file-names.js';
import {pytorchRecipes} from './pytorch-recipes.js';
import type {Recipe} from './recipe.js';
import type {InitSpec} from './section.js';
import {shownName} from './shown-name.js';

/** What a file says of one of its arrays. */
export interface ArrayInfo {
  readonly shape: Shape;
  /** Why its numbers cannot be weights: integers, a single number. */
  readonly problem?: string;
}

/** A weight of the model that a file fills. */
export interface FilledWeight {
  readonly recipe: Recipe;
  /** Names of the arrays in the file, one for each source of the recipe. */
  readonly from: readonly string[];
}

/** A weight of the model that starts as its initializer says. */
export interface LeftWeight {
  readonly name: string;
  readonly shape: Shape;
  readonly reason: 'excluded' | 'missing' | 'shape';
  /** More of the reason, for people: the array that was looked for, its shape in the file, a name that was meant. */
  readonly details?: string;
}

export interface WeightMatch {
  readonly filled: readonly FilledWeight[];
  readonly left: readonly LeftWeight[];
  /** Names of arrays in the file that fill nothing. */
  readonly unused: readonly string[];
}

/**
 * Which weight of a model starts from which array of a file.
 * @param arrays all that the file holds, by name
 * @param shown the file, for messages
 * @throws ModelProblem for a pattern that fits nothing, a weight that is not there (unless `match: matching`), or no match at all
 */
export function matchWeights(
  plan: ModelPlan,
  init: InitSpec,
  arrays: ReadonlyMap<string, ArrayInfo>,
  shown: string,
): WeightMatch {
  const recipes = init.layout === 'pytorch' ? pytorchRecipes(plan) : kerasRecipes(plan);
  const wanted = new Set(recipes.flatMap(({sources}) => sources.map(({name}) => name)));
  const names = fileNames(init, [...arrays.keys()], shown, (name) => wanted.has(name));
  const weightNames = recipes.map(({weight}) => weight);
  const include = init.include && patterns(init.include, 'include', weightNames);
  const exclude = patterns(init.exclude, 'exclude', weightNames);

  const filled: FilledWeight[] = [];
  const left: LeftWeight[] = [];
  for (const recipe of recipes) {
    const {weight: name, shape} = recipe;
    const isWanted = include?.some((pattern) => pattern.matches(name)) ?? true;
    if (!isWanted || exclude.some((pattern) => pattern.matches(name))) {
      left.push({name, shape, reason: 'excluded'});
      continue;
    }
    // Looking for what was meant takes time with the number of names; nobody reads hundreds of suggestions.
    const isListed = left.length < maxSuggested;
    const problem = problemOf(recipe, names, arrays, {layout: init.layout, isListed});
    if (problem) left.push({name, shape, ...problem});
    else filled.push({recipe, from: recipe.sources.map((source) => names.get(source.name)!)});
  }
  const used = new Set(filled.flatMap(({from}) => from));
  const unused = [...arrays.keys()].filter((name) => !used.has(name) && !isCounter(name, init.layout));
  const match = {filled, left, unused};
  if (filled.length === 0) refuseAll(match, init, shown);
  if (init.match === 'all') refuseLeft(match, recipes.length, shown);
  return match;
}

const kerasRecipes = (plan: ModelPlan): readonly Recipe[] =>
  plan.layers.flatMap((layer) =>
    layer.weights.map(({name, shape}) => {
      const weight = `${layer.name}/${name}`;
      return {weight, shape, sources: [{name: weight, shape}], combine: ([values]) => values!};
    }),
  );

/** PyTorch's batch normalization counts its batches, which nothing here depends on. */
const isCounter = (name: string, layout: InitSpec['layout']): boolean =>
  layout === 'pytorch' && name.endsWith('num_batches_tracked');

function patterns(
  texts: readonly string[],
  field: 'include' | 'exclude',
  weightNames: readonly string[],
): readonly NamePattern[] {
  return texts.map((text, index) => {
    const pattern = namePattern(text);
    if (weightNames.some((name) => pattern.matches(name))) return pattern;
    const near = nearestName(text, weightNames);
    const layerNames = [...new Set(weightNames.map((name) => name.split('/')[0]!))];
    throw new ModelProblem(
      ['init', field, index],
      `model.init.${field}[${index}]: no weight of the model has a name like \`${text}\``,
      near === undefined ? `layers with weights: ${fewOf(layerNames)}` : `did you mean \`${near}\`?`,
    );
  });
}

/** What keeps a weight from being filled. */
function problemOf(
  {weight, sources}: Recipe,
  names: ReadonlyMap<string, string>,
  arrays: ReadonlyMap<string, ArrayInfo>,
  {layout, isListed}: {readonly layout: InitSpec['layout']; readonly isListed: boolean},
): Pick<LeftWeight, 'reason' | 'details'> | undefined {
  if (sources.length === 0) return {reason: 'missing', details: `there is nothing like it in layout: ${layout}`};
  for (const source of sources) {
    const array = arrays.get(names.get(source.name) ?? '');
    if (!array) {
      const near = isListed ? nearest(source.name, names.keys()) : undefined;
      const wanted = source.name === weight ? [] : [`looked for ${source.name}`];
      const meant = near === undefined ? [] : [`did you mean ${shownName(names.get(near)!)}?`];
      const details = [...wanted, ...meant].join('; ');
      return {reason: 'missing', ...(details === '' ? {} : {details})};
    }
    if (array.problem !== undefined)
      return {reason: 'shape', details: `${shownName(names.get(source.name)!)} ${array.problem}`};
    if (array.shape.join() !== source.shape.join()) {
      const expected = source.name === weight ? '' : `; expected ${formatShape(source.shape)}`;
      const details = `${shownName(names.get(source.name)!)} is ${formatShape(array.shape)} in the file${expected}`;
      return {reason: 'shape', details};
    }
  }
  return undefined;
}

function refuseAll({left, unused}: WeightMatch, {layout}: InitSpec, shown: string): never {
  const tried = left.filter(({reason}) => reason !== 'excluded');
  const looksForeign = layout === 'keras' && unused.some((name) => /\.(weight|bias|running_mean)$/.test(name));
  const hints = [
    `the file has ${fewOf(unused)}`,
    `the model has ${fewOf(tried.map(({name}) => name))}`,
    looksForeign
      ? 'those are names of PyTorch: write `layout: pytorch`'
      : 'rename: {theirs: ours} brings names together',
  ];
  throw new ModelProblem(['init', 'from'], `nothing in ${shown} fits a weight of this model`, hints.join('\n'));
}

function refuseLeft({left, unused}: WeightMatch, numWeights: number, shown: string): void {
  const lacking = left.filter(({reason}) => reason !== 'excluded');
  if (lacking.length === 0) return;
  const lines = lacking
    .slice(0, maxListed)
    .map(({name, shape, details}) => `${name} ${formatShape(shape)}${details === undefined ? '' : `: ${details}`}`);
  const rest = lacking.length > maxListed ? [`… and ${lacking.length - maxListed} more`] : [];
  const hints = [
    ...lines,
    ...rest,
    ...(unused.length > 0 ? [`not used of the file: ${fewOf(unused)}`] : []),
    'rename: {theirs: ours} brings names together, exclude: [layer] lets layers start as usual, match: matching takes what fits',
  ];
  const message = `${lacking.length} of ${numWeights} weights of the model are not in ${shown}, or of another shape there`;
  throw new ModelProblem(['init', 'from'], message, hints.join('\n'));
}

const maxListed = 8;
const maxSuggested = 50;

/** A list of names, cut where it gets long. */
const fewOf = (names: readonly string[]): string => {
  if (names.length === 0) return 'nothing else';
  const shown = names.slice(0, maxListed).map(shownName).join(', ');
  return names.length > maxListed ? `${shown}, … (${names.length} in all)` : shown;
};
