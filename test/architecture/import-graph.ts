import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** What one source file asks of others. Paths are relative to the source root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  /** Files it imports by a relative path: statically, dynamically, for re-export or for types only. */
  readonly imports: readonly string[];
  /** Lines (from 1) that read `Math.random`. */
  readonly mathRandomLines: readonly number[];
}

/** Parses every .ts and .d.cts file under `root` with the TypeScript compiler. */
export function readSources(root: string): readonly SourceFile[] {
  const names = readdirSync(root, {recursive: true, encoding: 'utf8'}).filter((name) => /\.c?ts$/.test(name));
  return names.map((name) => {
    const text = readFileSync(path.join(root, name), 'utf8');
    const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    return {path: toPosix(name), imports: importsOf(toPosix(name), text), mathRandomLines: mathRandomLinesOf(file)};
  });
}

/** The room of a file is its first directory; files directly under the root have none. */
export const roomOf = (file: string): string | undefined => (file.includes('/') ? file.split('/')[0] : undefined);

/** Rooms in the order of the table whose rows start with a room's name in backquotes. */
export function readRoomOrder(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^\| `([a-z]+)` \|/gm)].map((match) => match[1]!);
}

/** Imports of a room that stands later in the order, or of files that the order does not know. One sentence each. */
export function findForbiddenEdges(sources: readonly SourceFile[], order: readonly string[]): readonly string[] {
  const known = new Set(sources.map((source) => source.path));
  const problems: string[] = [];
  for (const source of sources) {
    const from = roomOf(source.path);
    if (from !== undefined && !order.includes(from)) problems.push(`${source.path} is in a room that the table lacks`);
    for (const target of source.imports) {
      const to = roomOf(target);
      if (!known.has(target)) problems.push(`${source.path} imports ${target}, which does not exist`);
      else if (from !== undefined && (to === undefined || order.indexOf(to) > order.indexOf(from))) {
        problems.push(`${source.path} imports ${target}: ${from} may not import ${to ?? 'the public API'}`);
      }
    }
  }
  return problems;
}

/** One cycle per strongly connected group of files, as `a.ts → b.ts → a.ts`. */
export function findCycles(sources: readonly SourceFile[]): readonly string[] {
  const importsByPath = new Map(sources.map((source) => [source.path, source.imports]));
  const state = new Map<string, 'open' | 'done'>();
  const trail: string[] = [];
  const cycles: string[] = [];
  const visit = (file: string): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(file)), file].join(' → '));
      return;
    }
    state.set(file, 'open');
    trail.push(file);
    for (const target of importsByPath.get(file) ?? []) visit(target);
    trail.pop();
    state.set(file, 'done');
  };
  for (const source of sources) visit(source.path);
  return cycles;
}

function importsOf(file: string, text: string): readonly string[] {
  const {importedFiles} = ts.preProcessFile(text, true, true);
  const relative = importedFiles.map((imported) => imported.fileName).filter((name) => name.startsWith('.'));
  const targets = relative.map((name) =>
    path.posix
      .join(path.posix.dirname(file), name)
      .replace(/\.js$/, '.ts')
      .replace(/\.cjs$/, '.d.cts'),
  );
  return [...new Set(targets)];
}

function mathRandomLinesOf(file: ts.SourceFile): readonly number[] {
  const lines: number[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && node.getText(file) === 'Math.random') {
      lines.push(file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return lines;
}

const toPosix = (name: string): string => name.split(path.sep).join('/');
