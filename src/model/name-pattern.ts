import {nearest} from '../spec/suggest.js';

/**
 * A pattern of names of layers or weights, which are paths: `backbone/conv2d_1/kernel`. `*` stands for any characters, slashes too, `?`
 * for one. It fits a name, or the beginning of one up to a slash: `backbone` fits all of a block, `conv2d_1` all of a layer.
 */
export interface NamePattern {
  readonly text: string;
  matches(name: string): boolean;
  /** The name with what the pattern fits written as `target`, whose stars are what the pattern's stars stood for; undefined where it does not fit. */
  replace(name: string, target: string): string | undefined;
}

export function namePattern(text: string): NamePattern {
  const source = text
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('?', '(?:.)')
    .replaceAll('*', '(.*?)');
  const start = new RegExp(`^${source}(?=/|$)`, 's');
  return {
    text,
    matches: (name) => start.test(name),
    replace(name, target) {
      const found = start.exec(name);
      if (!found) return undefined;
      const stars = found.slice(1);
      const head = target.replaceAll('*', () => stars.shift() ?? '');
      return `${head}${name.slice(found[0].length)}`.replace(/^\//, '');
    },
  };
}

/** What somebody meant whose pattern fits none of the names: one of them, or the beginning of one. */
export function nearestName(text: string, names: readonly string[]): string | undefined {
  const beginnings = names.flatMap((name) => {
    const steps = name.split('/');
    return steps.map((_, index) => steps.slice(0, index + 1).join('/'));
  });
  return nearest(text.replaceAll('*', ''), beginnings);
}
