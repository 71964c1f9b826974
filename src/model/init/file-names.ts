import {layers} from '../layers/index.js';
import {namePattern, nearestName} from '../name-pattern.js';
import {ModelProblem} from '../shape-problem.js';
import type {InitSpec} from './section.js';
import {shownName} from './shown-name.js';

/** Automatic names of Keras, which are in snake case, of layers whose types exp writes in camel case. */
const kerasTypes: ReadonlyMap<string, string> = new Map(
  Object.keys(layers).flatMap((type): [string, string][] => {
    const keras = type.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return keras === type ? [] : [[keras, type]];
  }),
);

/** What an array of Keras may be called here: numbered layers, recurrent layers without their cells, the kernel of a depthwise convolution. */
function fromKeras(name: string): readonly string[] {
  const steps = name
    .split('/')
    .filter((step) => !/^(lstm|gru|simple_rnn)_cell$/.test(step))
    .map((step) => {
      const [, type = '', number = ''] = /^(.*?)(_\d+)?$/.exec(step) ?? [];
      const own = kerasTypes.get(type);
      return own === undefined ? step : own + number;
    });
  const path = steps.join('/');
  return [path, path.replace(/\/kernel$/, '/depthwise_kernel')];
}

/**
 * The names that a file's arrays have for this model: paths with slashes, `rename` applied, and Keras's own names of layers where only
 * those of exp fit (batch_normalization_1 for batchNormalization_1).
 * @param isWanted whether a name is one that the model looks for
 * @returns names in the file by their names here
 * @throws ModelProblem for a rename that fits nothing, or that gives two arrays one name
 */
export function fileNames(
  {layout, rename}: Pick<InitSpec, 'layout' | 'rename'>,
  names: readonly string[],
  shown: string,
  isWanted: (name: string) => boolean,
): ReadonlyMap<string, string> {
  // Keras's older files end names in `:0`.
  const asPath = (name: string): string => (layout === 'pytorch' ? name.replaceAll('.', '/') : name.replace(/:0$/, ''));
  const rules = Object.entries(rename).map(([from, to]) => ({
    from,
    to,
    pattern: namePattern(asPath(from)),
    isUsed: false,
  }));
  const result = new Map<string, string>();
  for (const name of names) {
    const path = asPath(name);
    const rule = rules.find(({pattern}) => pattern.matches(path));
    if (rule) rule.isUsed = true;
    const renamed = rule?.pattern.replace(path, rule.to) ?? path;
    const own = isWanted(renamed) ? renamed : (fromKeras(renamed).find(isWanted) ?? renamed);
    const other = result.get(own);
    if (other !== undefined) {
      const field = rule ? ['init', 'rename', rule.from] : ['init', 'rename'];
      throw new ModelProblem(
        field,
        `model.init.rename: ${shownName(other)} and ${shownName(name)} of ${shown} would both be ${shownName(own)}`,
      );
    }
    result.set(own, name);
  }
  const idle = rules.find(({isUsed, pattern}) => !isUsed && !names.some((name) => pattern.matches(asPath(name))));
  if (idle) {
    const near = nearestName(asPath(idle.from), names.map(asPath));
    throw new ModelProblem(
      ['init', 'rename', idle.from],
      `model.init.rename: nothing in ${shown} has a name like \`${idle.from}\``,
      near === undefined
        ? `its names: ${names.slice(0, 8).map(shownName).join(', ')}`
        : `did you mean \`${shownName(near)}\`?`,
    );
  }
  return result;
}
