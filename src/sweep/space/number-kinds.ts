import {writtenSchema} from '../../experiment/schema.js';
import {type Located, type LocatedMap, locate, plainOf} from '../../spec/located.js';
import {withValueAt} from '../../spec/overrides.js';
import {dottedPath, type Path, parsePath} from '../../spec/path.js';
import type {SchemaNode} from '../../spec/schema.js';
import {schemaAt} from '../../spec/schema-at.js';
import type {NumberKind} from './read-distribution.js';

/** What numbers the experiment's schema wants at a path. */
export class NumberKinds {
  /** @param root the experiment. @param parameters as written: what their choices bring has arguments of its own */
  constructor(
    private readonly root: Located,
    private readonly parameters: LocatedMap,
  ) {}

  /** @returns undefined where it wants none, or no schema says anything */
  at(path: Path): NumberKind | undefined {
    for (const root of [this.root, ...this.#variants(path)]) {
      const kind = this.#kindIn(root, path);
      if (kind) return kind;
    }
    return undefined;
  }

  /** The same with a list item in place of the experiment's. @param inside of the item */
  inItem(itemPath: Path, item: Located, inside: Path): NumberKind | undefined {
    const root = withValueAt(this.root, itemPath, item, item.place, []);
    return this.#kindIn(root, [...itemPath, ...inside]);
  }

  #kindIn(root: Located, path: Path): NumberKind | undefined {
    // Setting it expands shorthands on the way: `adam` to {type: adam}.
    const placeholder = locate(0, root);
    const value = plainOf(withValueAt(root, path, placeholder, root.place, []));
    const schema = schemaAt(writtenSchema, value, path);
    return schema && numberKind(schema);
  }

  /** The experiment with each of the choices of parameters that decide what is at the path: those around it, and a `type` beside it. */
  #variants(path: Path): readonly Located[] {
    const name = dottedPath(path);
    return [...this.parameters.entries].flatMap(([key, {value}]) => {
      const other = parsePath(key);
      if (!other) return [];
      const holder = dottedPath(other.at(-1) === 'type' ? other.slice(0, -1) : other);
      if (!name.startsWith(`${holder}.`) || dottedPath(other) === name) return [];
      return choicesOf(value).map((choice) => withValueAt(this.root, other, choice, value.place, []));
    });
  }
}

function choicesOf(node: Located): readonly Located[] {
  if (node.kind === 'list') return node.items;
  const values = node.kind === 'map' ? node.entries.get('values')?.value : undefined;
  return values?.kind === 'list' ? values.items : [];
}

function numberKind(schema: SchemaNode): NumberKind | undefined {
  if (schema.type === 'integer') return 'int';
  if (schema.type === 'number') return 'float';
  const kinds = (schema.anyOf ?? []).map(numberKind);
  return kinds.includes('float') ? 'float' : kinds.includes('int') ? 'int' : undefined;
}
