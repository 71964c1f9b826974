import type {ExpandContext} from '../../spec/load.js';
import {type Located, locate, withEntry} from '../../spec/located.js';
import type {Path} from '../../spec/path.js';
import type {Place} from '../../spec/source.js';
import {nearest} from '../../spec/suggest.js';
import {dataName} from '../graph.js';
import {numberedNames} from '../layer-names.js';
import type {Block, Blocks} from './definitions.js';
import {maxLayers} from './section.js';
import {readUse, type Use} from './use.js';

/** Where an expanded layer was written. */
export interface Trace {
  /** Of the entry, in the list as it was written. */
  readonly path: Path;
  /** The uses it came from, the innermost first. */
  readonly uses: readonly {readonly text: string}[];
}

/** One list of entries: the model's, or that of one use of a block. Names in it are its own. */
interface Scope {
  /** Stands before its names: `residual_1/`. */
  readonly prefix: string;
  readonly path: Path;
  readonly uses: readonly UseOf[];
  /** What `input` means: full names of layers. */
  readonly inputs: () => readonly string[];
  /** Full names of what the entries put out, by their names in this list; complete once the list is expanded. */
  readonly outputs: Map<string, () => string>;
}

interface UseOf {
  readonly block: string;
  readonly text: string;
}

/** An entry with its name; repetitions of a block are entries of their own. */
interface Slot {
  readonly item: Located;
  readonly path: Path;
  readonly use?: Use;
  readonly base: string;
  readonly name?: string;
}

/** A layer whose inputs are known once all names are. */
interface Emitted {
  readonly node: Located;
  readonly trace: Trace;
  readonly name: string;
  readonly sources: () => readonly string[];
}

/** Expands a model's list of layers. Every layer gets its name written out, and its inputs where they are not the layer before it. */
export class LayerList {
  readonly #emitted: Emitted[] = [];
  #numSlots = 0;
  #top: Scope | undefined;

  constructor(
    private readonly blocks: Blocks,
    private readonly context: ExpandContext,
  ) {}

  /** By position in the expanded list. */
  get traces(): readonly Trace[] {
    return this.#emitted.map(({trace}) => trace);
  }

  expand(items: readonly Located[]): readonly Located[] {
    const outputs = new Map<string, () => string>();
    this.#top = {prefix: '', path: ['model', 'layers'], uses: [], inputs: () => [dataName], outputs};
    this.#expandList(items, this.#top);
    return this.#emitted.map(({node, name, sources}, index) => {
      if (node.kind !== 'map') return node;
      const writtenName = node.entries.get('name')?.value;
      if (writtenName && textOf(writtenName) === undefined) return node; // for the schema to refuse, as below
      const named = withEntry(node, 'name', entryOf(name, writtenName ?? node));
      const before = this.#emitted[index - 1]?.name ?? dataName;
      const inputs = sources();
      const written = node.entries.get('inputs')?.value;
      if (written && !namesIn(written)) return named;
      if (inputs.length === 1 && inputs[0] === before) return withEntry(named, 'inputs', undefined);
      return withEntry(named, 'inputs', entryOf(inputs.length === 1 ? inputs[0]! : inputs, written ?? node));
    });
  }

  /** `model.output`, which may name a block. */
  outputNode(node: Located): Located {
    if (node.kind !== 'scalar' || typeof node.value !== 'string') return node;
    return {...node, value: this.#top?.outputs.get(node.value)?.() ?? node.value};
  }

  /** @returns what the last entry puts out, for whoever comes next */
  #expandList(items: readonly Located[], scope: Scope): () => readonly string[] {
    const slots = items.flatMap((item, index) => this.#slotsOf(item, [...scope.path, index], scope));
    const names = numberedNames(slots);
    let before = scope.inputs;
    for (const [index, slot] of slots.entries()) {
      if (++this.#numSlots > maxLayers) {
        if (this.#numSlots === maxLayers + 1) {
          this.#refuse(slot.item.place, slot.path, `blocks make this model grow to more than ${maxLayers} layers`);
        }
        return before;
      }
      const local = names[index]!;
      const previous = before;
      const written =
        slot.use?.inputs ?? (slot.item.kind === 'map' ? slot.item.entries.get('inputs')?.value : undefined);
      const chosen = written && slot.use?.isFirst !== false ? namesIn(written) : undefined;
      const sources = chosen ? () => chosen.flatMap((name) => this.#lookUp(name, scope)) : previous;
      const output = slot.use
        ? this.#expandUse(slot.use, local, scope, sources)
        : this.#emit(slot, local, scope, sources);
      scope.outputs.set(local, output);
      before = () => [output()];
    }
    return before;
  }

  #slotsOf(item: Located, path: Path, scope: Scope): readonly Slot[] {
    if (item.kind !== 'map') return [{item, path, base: 'layer'}];
    if (!item.entries.has('block')) {
      const typo = item.entries.has('type') ? undefined : [...item.entries].find(([key]) => nearest(key, ['block']));
      if (typo) {
        this.#refuse(
          typo[1].keyPlace,
          path,
          `an entry is a layer, with its \`type\`, or the use of a \`block\``,
          'did you mean `block`?',
        );
        return [];
      }
      const name = textOf(item.entries.get('name')?.value);
      return [
        {item, path, base: textOf(item.entries.get('type')?.value) ?? 'layer', ...(name === undefined ? {} : {name})},
      ];
    }
    const uses = readUse(item, path, this.blocks, scope.uses, this.context);
    return uses.map((use) => ({
      item,
      path,
      use,
      base: use.name ?? use.block.name,
      ...(use.name !== undefined && use.isFirst ? {name: use.name} : {}),
    }));
  }

  #expandUse(use: Use, local: string, scope: Scope, inputs: () => readonly string[]): () => string {
    const {block} = use;
    const {source, start} = use.place;
    const {line, col} = source.positionAt(start);
    const text = `in the block \`${block.name}\`, used as \`${scope.prefix}${local}\` at ${source.name}:${line}:${col}`;
    const path = ['model', 'blocks', block.name, 'layers'];
    const inner: Scope = {
      prefix: `${scope.prefix}${local}/`,
      path,
      uses: [{block: block.name, text}, ...scope.uses],
      inputs,
      outputs: new Map(),
    };
    const body = block.body.map((item, index) => this.context.resolve(item, [...path, index], use.arguments));
    const last = this.#expandList(body, inner);
    return this.#outputOf(block, inner, last);
  }

  #outputOf({name, output}: Block, inner: Scope, last: () => readonly string[]): () => string {
    const written = textOf(output);
    const chosen = written === undefined ? undefined : inner.outputs.get(written);
    if (written === undefined || !output) return () => last()[0] ?? dataName;
    if (!chosen) {
      const near = nearest(written, inner.outputs.keys());
      const message = `the output of the block \`${name}\` is \`${written}\`, but none of its layers has that name`;
      const hint =
        near === undefined ? `its layers: ${[...inner.outputs.keys()].join(', ')}` : `did you mean \`${near}\`?`;
      this.#refuse(output.place, ['model', 'blocks', name, 'output'], message, hint);
    }
    return chosen ?? (() => dataName);
  }

  #emit({item, path}: Slot, local: string, scope: Scope, sources: () => readonly string[]): () => string {
    const name = `${scope.prefix}${local}`;
    this.#emitted.push({node: item, trace: {path, uses: scope.uses}, name, sources});
    return () => name;
  }

  /** Full names of what a name in a list means. A name that is none of them is left for whoever connects the layers. */
  #lookUp(name: string, {prefix, inputs, outputs}: Scope): readonly string[] {
    if (name === dataName) return inputs();
    const [base, ...state] = name.split('.');
    return [[outputs.get(base!)?.() ?? `${prefix}${base}`, ...state].join('.')];
  }

  #refuse(place: Place, path: Path, message: string, hint?: string): void {
    this.context.problems.push({place, path, message, ...(hint === undefined ? {} : {hint})});
  }
}

const textOf = (node: Located | undefined): string | undefined =>
  node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;

/** The names in `inputs`, or nothing if it holds anything else. */
function namesIn(node: Located): readonly string[] | undefined {
  const names = (node.kind === 'list' ? node.items : [node]).map(textOf);
  return names.length === 0 || names.includes(undefined) ? undefined : names.map((name) => name!);
}

/** A value that stands where another one was written; its origin is the default if it was not written at all. */
function entryOf(value: string | readonly string[], written: Located): {keyPlace: Place; value: Located} {
  const {place, origin} = written;
  const isWritten = written.kind !== 'map';
  return {keyPlace: place, value: locate(value, {place, origin: isWritten ? origin : {kind: 'default'}})};
}
