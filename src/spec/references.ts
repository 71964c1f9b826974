import {rememberSecret} from '../support/secrets.js';
import {maxExplained, type Problem} from './diagnostic.js';
import {type Environment, readVariable} from './environment.js';
import {describeValue, type Entry, type Located, type LocatedScalar, nodeAt, pathsOf} from './located.js';
import {dottedPath, formatPath, type Path, parsePath} from './path.js';
import {maxValues} from './read-yaml.js';
import type {Place} from './source.js';
import {nearest} from './suggest.js';

/** `${…}`, and `$${…}`, which is none. */
export const referencePattern = /\$?\$\{([^{}]*)\}/g;
const maxTextLength = 10_000;
/** References that lead to references; far below what the stack can take. */
const maxChainLength = 200;

/** How references in a part of a spec are to be read. */
export interface ReferenceOptions {
  /** Where the node stands in the spec. */
  readonly at?: Path;
  /** The tree that paths are looked up in; the node itself by default. */
  readonly root?: Located;
  /** Values that names of one step stand for, before any key of the spec; their own references are resolved already. */
  readonly scope?: ReadonlyMap<string, Located>;
  /** What is to be left as it is: its references wait for a scope. */
  readonly isLater?: (path: Path) => boolean;
}

/**
 * Replaces `${a.b}` by the value at that path, `${env:NAME}` and `${env:NAME:-default}` by an environment variable, `${secret:NAME}` by
 * one whose value is in no message, screen or file; so is that of a variable whose name says that it holds a secret. A
 * reference that is the whole value keeps its type and may be a map or a list; inside a text it is written into the text.
 * `$${` stands for a plain `${`.
 * @returns the tree; where a reference was refused, its text stands unchanged
 */
export function resolveReferences(
  node: Located,
  environment: Environment,
  problems: Problem[],
  options: ReferenceOptions = {},
): Located {
  const {at = [], root = node} = options;
  return new Resolver(root, environment, problems, options).resolve(node, at)?.node ?? node;
}

interface Resolved {
  readonly node: Located;
  /** Number of values in it, shared ones counted each time: what it would take written out. */
  readonly size: number;
}

class Resolver {
  readonly #done = new Map<Located, Resolved | undefined>();
  readonly #open: {readonly node: Located; readonly path: Path}[] = [];

  constructor(
    private readonly root: Located,
    private readonly environment: Environment,
    private readonly problems: Problem[],
    private readonly options: ReferenceOptions,
  ) {}

  resolve(node: Located, path: Path): Resolved | undefined {
    if (this.options.isLater?.(path)) return {node, size: 1};
    if (this.#done.has(node)) return this.#done.get(node);
    this.#open.push({node, path});
    const resolved = this.#resolveNew(node, path);
    this.#open.pop();
    this.#done.set(node, resolved);
    return resolved;
  }

  #resolveNew(node: Located, path: Path): Resolved | undefined {
    if (node.kind === 'scalar') return this.#resolveScalar(node, path);
    let size = 1;
    const member = (child: Located, step: string | number): Located => {
      const resolved = this.resolve(child, [...path, step]);
      size += resolved?.size ?? 1;
      return resolved?.node ?? child;
    };
    let result: Located;
    if (node.kind === 'list') {
      result = {...node, items: node.items.map(member)};
    } else {
      const entries = new Map<string, Entry>();
      for (const [key, entry] of node.entries) entries.set(key, {...entry, value: member(entry.value, key)});
      result = {...node, entries};
    }
    if (size > maxValues)
      return this.#refuse(node.place, path, `references make this grow to more than ${maxValues} values`);
    return {node: result, size};
  }

  #resolveScalar(node: LocatedScalar, path: Path): Resolved | undefined {
    const text = node.value;
    if (typeof text !== 'string' || !text.includes('${')) return {node, size: 1};
    const parts = [...text.matchAll(referencePattern)];
    const unclosed = text.replaceAll(referencePattern, '').match(/\$?\$\{/);
    if (unclosed && unclosed[0] !== '$${') {
      return this.#refuse(
        node.place,
        path,
        `a \`\${\` without its \`}\``,
        `close it, or write \`$\${\` for a plain \`\${\``,
      );
    }
    const [only] = parts;
    if (only && only[0] === text && !text.startsWith('$$')) return this.#lookUp(only[1]!, node, path);

    let isWhole = true;
    let origin = node.origin;
    // The same text for the records, secrets left out.
    const recorded: string[] = [];
    let end = 0;
    const replaced = text.replaceAll(referencePattern, (match, inner: string, at: number) => {
      recorded.push(text.slice(end, at));
      end = at + match.length;
      if (match.startsWith('$$')) {
        recorded.push(match.slice(1));
        return match.slice(1);
      }
      const found = this.#lookUp(inner, node, path)?.node;
      if (found?.kind === 'scalar') {
        const isSecret = origin.kind === 'env' && origin.secret !== undefined;
        if (found.origin.kind === 'env' && !isSecret) origin = found.origin;
        recorded.push((found.origin.kind === 'env' ? found.origin.secret : undefined) ?? String(found.value));
        return String(found.value);
      }
      if (found) {
        const message = `\`\${${inner}}\` is ${describeValue(found)}, which cannot stand inside a text`;
        this.#refuse(node.place, path, message, 'a reference to a map or a list must be the whole value');
      }
      isWhole = false;
      return '';
    });
    if (!isWhole) return undefined;
    const value = replaced.replaceAll('$${', '${');
    if (value.length > maxTextLength) {
      return this.#refuse(node.place, path, `references make this text longer than ${maxTextLength} characters`);
    }
    if (origin.kind === 'env' && origin.secret !== undefined) {
      rememberSecret(value);
      origin = {...origin, secret: recorded.join('') + text.slice(end)};
    }
    return {node: {...node, value, origin}, size: 1};
  }

  #lookUp(inner: string, node: LocatedScalar, path: Path): Resolved | undefined {
    if (inner.startsWith('env:')) return this.#readEnvironment(inner.slice(4), node, path);
    if (inner.startsWith('secret:')) return this.#readEnvironment(inner.slice(7), node, path, true);
    const {scope} = this.options;
    const argument = scope?.get(inner);
    // The value is the argument's, the place is the reference's: mistakes show the line that uses the value.
    if (argument?.kind === 'scalar') return {node: {...argument, place: node.place}, size: 1};
    if (argument) return {node: argument, size: pathsOf(argument).length + 1};
    const target = parsePath(inner);
    const found = target && nodeAt(this.root, target);
    if (!target || !found) {
      const isExplained = this.problems.length < maxExplained;
      const near = isExplained ? nearest(inner, [...(scope?.keys() ?? []), ...pathsOf(this.root)]) : undefined;
      const hint =
        near === undefined
          ? `paths start at the top of the spec: \`\${training.epochs}\``
          : `did you mean \`\${${near}}\`?`;
      const message = target
        ? `\`\${${inner}}\` ${scope ? 'is no parameter of this block, and no key that the spec sets' : 'names a key that this spec does not set'}`
        : `\`\${${inner}}\` holds no path`;
      return this.#refuse(node.place, path, message, hint);
    }
    if (this.#open.length > maxChainLength) {
      return this.#refuse(node.place, path, `this is a chain of more than ${maxChainLength} references`);
    }
    const start = this.#open.findIndex((open) => open.node === found);
    if (start >= 0) {
      const circle = [...this.#open.slice(start).map((open) => formatPath(open.path)), formatPath(target)];
      const steps = circle.filter((step, i) => i === 0 || step !== circle[i - 1] || circle.length === 2);
      return this.#refuse(node.place, path, `references go round in a circle: ${steps.join(' → ')}`);
    }
    const resolved = this.resolve(found, target);
    if (resolved?.node.kind !== 'scalar') return resolved;
    const origin = resolved.node.origin.kind === 'env' ? resolved.node.origin : withReference(node, dottedPath(target));
    return {node: {...resolved.node, place: node.place, origin}, size: 1};
  }

  #readEnvironment(inner: string, node: LocatedScalar, path: Path, isSecret = false): Resolved | undefined {
    const read = readVariable(inner, node, this.environment, isSecret);
    if ('node' in read) return {node: read.node, size: 1};
    return this.#refuse(node.place, path, read.message, read.hint);
  }

  #refuse(place: Place, path: Path, message: string, hint?: string): undefined {
    this.problems.push({place, path, message, ...(hint === undefined ? {} : {hint})});
    return undefined;
  }
}

function withReference(node: LocatedScalar, reference: string): LocatedScalar['origin'] {
  const {origin} = node;
  return origin.kind === 'env' || origin.kind === 'default' ? origin : {...origin, reference};
}
