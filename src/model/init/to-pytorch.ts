import type {TensorData} from '../../support/tensor.js';
import {sizeOf} from '../../support/tensor.js';
import type {ModelPlan} from '../infer-shapes.js';
import {pytorchRecipes} from './pytorch-recipes.js';
import type {Recipe, RecipeSource} from './recipe.js';

/** A model's weights as PyTorch keeps them. */
export interface PytorchWeights {
  /** By the names of a state_dict: `conv2d.weight`. */
  readonly arrays: ReadonlyMap<string, TensorData>;
  /** Names of weights that PyTorch has nothing like. */
  readonly lacking: readonly string[];
}

/**
 * The way back of `pytorchRecipes`: a recipe only puts numbers in another order (or adds two biases, of which the second is 0 then), so
 * what it makes of numbered values tells where each value belongs.
 * @param weights by name, as checkpoints call them
 * @throws Error where the recipes do not give the weights back
 */
export function toPytorch(plan: ModelPlan, weights: ReadonlyMap<string, TensorData>): PytorchWeights {
  const arrays = new Map<string, TensorData>();
  const lacking: string[] = [];
  const recipes = pytorchRecipes(plan);
  const arrayOf = ({name, shape}: RecipeSource): Float32Array => {
    const own = name.replaceAll('/', '.');
    const known = arrays.get(own);
    if (known) return known.values;
    const values = new Float32Array(sizeOf(shape));
    arrays.set(own, {shape, values});
    return values;
  };
  for (const recipe of recipes) {
    if (recipe.sources.length === 0) lacking.push(recipe.weight);
    else fill(recipe, weights.get(recipe.weight)!.values, recipe.sources.map(arrayOf));
  }
  for (const recipe of recipes) {
    if (recipe.sources.length === 0) continue;
    const back = recipe.combine(recipe.sources.map(arrayOf));
    const wanted = weights.get(recipe.weight)!.values;
    if (back.some((value, i) => value !== wanted[i]))
      throw new Error(`${recipe.weight} does not come back from PyTorch`);
  }
  return {arrays, lacking};
}

/** Numbers up to here are exact in float32, products with it too. */
const base = 1 << 16;

function fill(recipe: Recipe, values: Float32Array, arrays: readonly Float32Array[]): void {
  const isPlaced = new Uint8Array(values.length);
  for (const [index, array] of arrays.entries()) {
    const numbered = (number: (i: number) => number): Float32Array =>
      recipe.combine(arrays.map((other) => (other === array ? other.map((_, i) => number(i)) : other.map(() => 0))));
    // 1 and more for values that come from this array.
    const low = numbered((i) => (i % base) + 1);
    const high = numbered((i) => Math.floor(i / base));
    for (let i = 0; i < values.length; i++) {
      if (low[i] === 0 || isPlaced[i]) continue;
      array[high[i]! * base + low[i]! - 1] = values[i]!;
      isPlaced[i] = 1;
    }
    if (index === arrays.length - 1 && isPlaced.includes(0)) {
      throw new Error(`${recipe.weight} has values that belong nowhere in PyTorch`);
    }
  }
}
