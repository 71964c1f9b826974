import {Composer, type CST, type Document, isAlias, isMap, isScalar, isSeq, Lexer, type ParsedNode, Parser} from 'yaml';
import type {Problem} from './diagnostic.js';
import type {Entry, Located, Scalar} from './located.js';
import type {Path} from './path.js';
import type {Place, SourceFile} from './source.js';
import {explainSyntaxError} from './yaml-messages.js';

/** More nesting than any spec has; deeper text would exhaust the stack of the YAML library. */
const maxParserDepth = 128;
/** More values than any spec has; aliases that multiply end here. */
export const maxValues = 20_000;

/**
 * Reads one YAML 1.2 document into a tree that knows where everything was written. Time and memory are bounded by the text's
 * length, whatever it holds.
 * @param from offset at which the YAML starts; an override's value starts behind its `key=`
 * @returns the tree, or undefined if `problems` got something that makes it useless
 */
export function readYaml(source: SourceFile, problems: Problem[], from = 0): Located | undefined {
  const report = (start: number, end: number, path: Path, message: string, hint?: string): void => {
    problems.push({place: {source, start, end}, path, message, ...(hint === undefined ? {} : {hint})});
  };
  const tokens = tokenize(' '.repeat(from) + source.text.slice(from), (offset) =>
    report(offset, offset + 1, [], 'nested deeper than any experiment is', 'is a bracket or a brace left open?'),
  );
  if (!tokens) return undefined;

  const options = {
    version: '1.2',
    uniqueKeys: false,
    stringKeys: true,
    merge: false,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'silent',
  } as const;
  const documents = [...new Composer(options).compose(tokens, true, source.text.length)];
  const [document, second] = documents;
  const syntaxError = [...(document?.errors ?? []), ...(document?.warnings ?? [])][0];
  if (syntaxError) {
    const {message, hint, start, end} = explainSyntaxError(syntaxError, source);
    report(start, end, [], message, hint);
    return undefined;
  }
  if (second) {
    const dashes = source.text.lastIndexOf('---', second.range[0]);
    // After `...` a document needs no dashes.
    const hasDashes = dashes > document!.range[0];
    const start = hasDashes ? dashes : second.range[0];
    report(
      start,
      hasDashes ? start + 3 : start + 1,
      [],
      'a second document starts here; a spec is one document',
      `remove the \`${hasDashes ? '---' : '...'}\`, or split the file`,
    );
    return undefined;
  }
  if (!document?.contents) {
    const isBlank = source.text.trim() === '';
    report(
      0,
      0,
      [],
      isBlank ? 'the file is empty' : 'the file holds nothing but comments',
      '`exp init` writes a spec to start from',
    );
    return undefined;
  }
  return new Converter(source, document, report).convert(document.contents, []);
}

function tokenize(text: string, tooDeep: (offset: number) => void): CST.Token[] | undefined {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > maxParserDepth) {
      tooDeep(parser.offset);
      return undefined;
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

/** The YAML library's nodes as a Located tree: aliases expanded, duplicate keys and merge keys refused. */
class Converter {
  #numValues = 0;
  /** The alias outside all others that is being expanded. */
  #outerAlias: Place | undefined;
  readonly #openAliases = new Set<string>();

  constructor(
    private readonly source: SourceFile,
    private readonly document: Document.Parsed,
    private readonly report: (start: number, end: number, path: Path, message: string, hint?: string) => void,
  ) {}

  convert(node: ParsedNode | null, path: Path, written?: Place): Located | undefined {
    if (++this.#numValues > maxValues) {
      if (this.#numValues === maxValues + 1) {
        const {start, end} = this.#outerAlias ?? this.placeOf(node);
        this.report(
          start,
          end,
          path,
          `${this.#outerAlias ? 'this alias makes the spec grow to' : 'the spec holds'} more than ${maxValues} values`,
        );
      }
      return undefined;
    }
    const place = written ?? this.placeOf(node);
    if (isAlias(node)) return this.convertAlias(node.source, path, place);
    const base = {place, origin: this.source.originAt(place.start)};
    if (isSeq(node)) {
      const items = node.items.map((item, i) => this.convert(item as ParsedNode, [...path, i]));
      return items.includes(undefined) ? undefined : {...base, kind: 'list', items: items as Located[]};
    }
    if (isMap(node)) return this.convertMap(node.items as readonly PairNode[], base, path);
    const value = isScalar(node) ? node.value : null;
    return {...base, kind: 'scalar', value: typeof value === 'bigint' ? Number(value) : (value as Scalar)};
  }

  private convertMap(
    pairs: readonly PairNode[],
    base: Pick<Located, 'place' | 'origin'>,
    path: Path,
  ): Located | undefined {
    const entries = new Map<string, Entry>();
    let isWhole = true;
    for (const {key: keyNode, value: valueNode} of pairs) {
      const keyPlace = this.placeOf(keyNode);
      const key = isScalar(keyNode) ? String(keyNode.value ?? '') : '';
      const first = entries.get(key);
      if (first) {
        const {line} = this.source.positionAt(first.keyPlace.start);
        const message = `duplicate key \`${key}\`: already set on line ${line}`;
        this.report(keyPlace.start, keyPlace.end, [...path, key], message, 'keep one of the two');
      } else if (key === '<<') {
        const hint = 'write the keys out, copy a whole value by reference, or put them in a file and `extends` it';
        this.report(keyPlace.start, keyPlace.end, [...path, key], 'merge keys (`<<`) are not part of YAML 1.2', hint);
        isWhole = false;
      }
      const value = this.convert(valueNode, [...path, key], valueNode ? undefined : {...keyPlace, start: keyPlace.end});
      if (value) entries.set(key, {keyPlace, value});
      else isWhole = false;
    }
    return isWhole ? {...base, kind: 'map', entries} : undefined;
  }

  private convertAlias(name: string, path: Path, place: Place): Located | undefined {
    const target = this.anchors().get(name);
    if (!target || this.#openAliases.has(name)) {
      const message = target
        ? `\`*${name}\` stands inside its own anchor`
        : `\`*${name}\` has no anchor \`&${name}\` before it`;
      this.report(place.start, place.end, path, message, target ? undefined : 'text that starts with `*` needs quotes');
      return undefined;
    }
    if (this.#openAliases.size === 0) this.#outerAlias = place;
    this.#openAliases.add(name);
    const value = this.convert(target, path, isScalar(target) ? place : undefined);
    this.#openAliases.delete(name);
    return value;
  }

  #anchors: Map<string, ParsedNode> | undefined;

  private anchors(): Map<string, ParsedNode> {
    if (this.#anchors) return this.#anchors;
    const found = new Map<string, ParsedNode>();
    const visit = (node: ParsedNode | null): void => {
      if (!node || isAlias(node)) return;
      if (node.anchor) found.set(node.anchor, node);
      if (isSeq(node)) for (const item of node.items) visit(item as ParsedNode);
      if (isMap(node)) for (const pair of node.items as readonly PairNode[]) visit(pair.value);
    };
    visit(this.document.contents);
    this.#anchors = found;
    return found;
  }

  private placeOf(node: ParsedNode | null): Place {
    const [start, end] = node?.range ?? [0, 0];
    return {source: this.source, start, end};
  }
}

interface PairNode {
  readonly key: ParsedNode;
  readonly value: ParsedNode | null;
}
