import type {Value} from '../../comparison/compared-run.js';
import {dottedPath, parsePath} from '../../spec/path.js';
import {valueAt} from '../../spec/schema-at.js';
import type {ParameterDefinition} from './definition.js';
import type {Json} from './distribution.js';
import type {Assignment} from './search-space.js';

/** What names in conditions stand for: parameters, what is inside of their values, and the experiment's own settings. */
export class Settings {
  readonly #names: ReadonlySet<string>;
  /** Of a name, the parameter whose value it is inside of. */
  readonly #around = new Map<string, string | undefined>();

  /** @param fixed values of the experiment's own, the first that has one counts */
  constructor(
    definitions: readonly ParameterDefinition[],
    private readonly fixed: readonly unknown[],
  ) {
    this.#names = new Set(definitions.map(({name}) => name));
  }

  /** The value of a name at a point; undefined where there is none. */
  read(name: string, assignment: Assignment): Value | undefined {
    if (Object.hasOwn(assignment, name)) return asValue(assignment[name]);
    const around = this.parameterOf(name);
    if (around !== undefined && around !== name && Object.hasOwn(assignment, around)) {
      return asValue(inside(assignment[around], name.slice(around.length + 1)));
    }
    return this.fixedAt(name);
  }

  /** The experiment's own value. */
  fixedAt(name: string): Value | undefined {
    const path = parsePath(name);
    const found = path && this.fixed.map((value) => valueAt(value, path)).find((value) => value !== undefined);
    return asValue(found as Json | undefined);
  }

  /** The parameter that a name is, or is inside of. */
  parameterOf(name: string): string | undefined {
    if (this.#names.has(name)) return name;
    if (this.#around.has(name)) return this.#around.get(name);
    const steps = name.split('.');
    const prefixes = steps.map((_, i) => steps.slice(0, steps.length - 1 - i).join('.'));
    const found = prefixes.find((prefix) => this.#names.has(prefix));
    this.#around.set(name, found);
    return found;
  }

  /** Whether a name can have a value. */
  knows(name: string): boolean {
    return this.parameterOf(name) !== undefined || this.fixedAt(name) !== undefined;
  }

  /** What names could have been meant. */
  candidates(): readonly string[] {
    return [...this.#names, ...this.fixed.flatMap((value) => leaves(value, []))];
  }
}

/** A text in place of a map is its `type`: `adam` is {type: adam}. */
function inside(value: Json | undefined, rest: string): Json | undefined {
  if (typeof value === 'string') return rest === 'type' ? value : undefined;
  return valueAt(value, parsePath(rest) ?? []) as Json | undefined;
}

function asValue(value: Json | undefined): Value | undefined {
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
  const isPlain = Array.isArray(value) && value.every((member) => typeof member !== 'object' || member === null);
  return isPlain ? JSON.stringify(value) : undefined;
}

function leaves(value: unknown, path: readonly string[]): readonly string[] {
  if (typeof value !== 'object' || value === null) return [dottedPath(path)];
  return Object.entries(value).flatMap(([key, member]) => leaves(member, [...path, key]));
}
