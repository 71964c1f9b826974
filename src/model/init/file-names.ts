import {namePattern, nearestName} from '../name-pattern.js';
import {ModelProblem} from '../shape-problem.js';
import type {InitSpec} from './section.js';

/**
 * The names that a file's arrays have for this model: paths with slashes, `rename` applied.
 * @returns names in the file by their names here
 * @throws ModelProblem for a rename that fits nothing, or that gives two arrays one name
 */
export function fileNames(
  {layout, rename}: Pick<InitSpec, 'layout' | 'rename'>,
  names: readonly string[],
  shown: string,
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
    const own = rule?.pattern.replace(path, rule.to) ?? path;
    const other = result.get(own);
    if (other !== undefined) {
      const field = rule ? ['init', 'rename', rule.from] : ['init', 'rename'];
      throw new ModelProblem(field, `model.init.rename: ${other} and ${name} of ${shown} would both be ${own}`);
    }
    result.set(own, name);
  }
  const idle = rules.find(({isUsed, pattern}) => !isUsed && !names.some((name) => pattern.matches(asPath(name))));
  if (idle) {
    const near = nearestName(asPath(idle.from), names.map(asPath));
    throw new ModelProblem(
      ['init', 'rename', idle.from],
      `model.init.rename: nothing in ${shown} has a name like \`${idle.from}\``,
      near === undefined ? `its names: ${names.slice(0, 8).join(', ')}` : `did you mean \`${near}\`?`,
    );
  }
  return result;
}
