import type {LayerSpec} from './layers/index.js';
import {namePattern, nearestName} from './name-pattern.js';
import {ModelProblem} from './shape-problem.js';

/** What of a model says which layers are frozen. */
interface Freezing {
  readonly layers: readonly LayerSpec[];
  readonly freeze?: readonly string[];
}

/**
 * Which layers keep their weights: those that a pattern of `freeze` fits, unless the layer's own `trainable` says otherwise.
 * @param names of the layers, by position
 * @throws ModelProblem for a pattern that fits no layer
 */
export function frozenLayers({layers, freeze = []}: Freezing, names: readonly string[]): readonly boolean[] {
  const patterns = freeze.map((text, index) => {
    const pattern = namePattern(text);
    if (names.some((name) => pattern.matches(name))) return pattern;
    const near = nearestName(text, names);
    throw new ModelProblem(
      ['freeze', index],
      `model.freeze[${index}]: no layer has a name like \`${text}\``,
      near === undefined ? `layers: ${names.slice(0, 20).join(', ')}` : `did you mean \`${near}\`?`,
    );
  });
  return layers.map(({trainable}, index) =>
    trainable === undefined ? patterns.some((pattern) => pattern.matches(names[index]!)) : !trainable,
  );
}

/** A layer, its weights, and whether they keep their values. */
interface Frozen {
  readonly isFrozen: boolean;
  readonly weights: readonly {readonly trainable: boolean}[];
}

/** @throws ModelProblem when everything that could be trained is frozen */
export function checkTrainable({freeze}: Freezing, layers: readonly Frozen[]): void {
  const learning = layers.filter(({weights}) => weights.some(({trainable}) => trainable));
  if (learning.length === 0 || learning.some(({isFrozen}) => !isFrozen)) return;
  throw new ModelProblem(
    freeze ? ['freeze'] : ['layers'],
    'all weights of the model are frozen: nothing is left to train',
    'leave a layer out of `freeze`, or give it `trainable: true`',
  );
}
