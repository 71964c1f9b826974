/**
 * Writes what is made from the definitions beside each builder: schemas/experiment.schema.json and sweep.schema.json, ajv's compiled validator, the
 * table of kernels in docs/engines.md, and the reference in docs/reference/.
 * `node --import tsx scripts/generate.ts --check` writes nothing and fails if the file is out of date.
 */
import {readFileSync} from 'node:fs';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {Ajv} from 'ajv';
import standaloneCode from 'ajv/dist/standalone/index.js';
import {transformSync} from 'esbuild';
import {kernelFamilies} from '../src/engine/compiled/kernels/index.js';
import {experimentEditorSchemaText} from '../src/experiment/editor-schema.js';
import {experimentSchema} from '../src/experiment/schema.js';
import {referencePages} from '../src/report/reference-pages.js';
import {sweepEditorSchemaText} from '../src/sweep/editor-schema.js';
import {sweepPage} from '../src/sweep/reference-page.js';
import {allWordKinds} from '../src/sweep/vocabulary.js';

const root = path.resolve(import.meta.dirname, '..');

/** Generated files by their path in the project. */
const generated = (): ReadonlyMap<string, string> =>
  new Map([
    ['schemas/experiment.schema.json', experimentEditorSchemaText()],
    ['schemas/sweep.schema.json', sweepEditorSchemaText()],
    ['src/experiment/generated/validate-experiment.cjs', validatorText()],
    ['docs/engines.md', enginesPage()],
    ['docs/reference/sweep.md', sweepPage()],
    ...[...referencePages(allWordKinds)].map(([name, text]) => [`docs/reference/${name}`, text] as const),
  ]);

/** The page as it stands, with the table of kernels after its mark made anew. */
function enginesPage(): string {
  const mark = '<!-- kernels: written by scripts/generate.ts -->';
  const [prose] = readFileSync(path.join(root, 'docs/engines.md'), 'utf8').split(mark);
  const rows = Object.entries(kernelFamilies).map(
    ([family, kernels]) => `| ${family} | ${Object.keys(kernels).sort().join(', ')} |`,
  );
  return `${prose}${mark}\n\n| kernels of TensorFlow.js | lowered to ONNX |\n|---|---|\n${rows.join('\n')}\n`;
}

/** ajv's verdict on a spec with all defaults filled, compiled ahead: loading it costs no compilation and not ajv itself. */
function validatorText(): string {
  const ajv = new Ajv({discriminator: true, strict: false, inlineRefs: false, messages: false, code: {source: true}});
  const code = standaloneCode.default(ajv, ajv.compile(withSharedSchemas(experimentSchema)));
  return transformSync(code, {minify: true, legalComments: 'none'}).code;
}

/** Words for people, which a verdict does not need. */
const annotations = new Set([
  'title',
  'description',
  'default',
  'examples',
  'x-expected',
  'x-hints',
  'x-main',
  'x-shorthand',
  'x-path',
]);

/** A schema shorter than this is cheaper inline than as a function of its own. */
const leastSharedLength = 60;

/** Each schema (an initializer stands in every layer) once, under $defs, so that ajv compiles one function for all its places. */
function withSharedSchemas(schema: object): object {
  const names = new Map<string, string>();
  const definitions: Record<string, unknown> = {};
  const share = (node: unknown, isNamed = false, isMember = false): unknown => {
    if (Array.isArray(node)) return node.map((item) => share(item));
    if (typeof node !== 'object' || node === null) return node;
    const kept = Object.entries(node).filter(([key]) => isNamed || !annotations.has(key));
    // A union's members stay in place: ajv reads their `type` constants where the union stands.
    const shared = Object.fromEntries(
      kept.map(([key, value]) => [
        key,
        key === 'oneOf' && !isNamed
          ? (value as unknown[]).map((member) => share(member, false, true))
          : share(value, !isNamed && key === 'properties'),
      ]),
    );
    const text = JSON.stringify(shared);
    if (isNamed || isMember || text.length < leastSharedLength || 'const' in shared) return shared;
    const name = names.get(text) ?? `schema${names.size}`;
    names.set(text, name);
    definitions[name] = shared;
    return {$ref: `#/$defs/${name}`};
  };
  return {...(share(schema, false, true) as object), $defs: definitions};
}

/** Writes the files that changed. */
export async function generate(): Promise<void> {
  for (const file of await outdated()) {
    await mkdir(path.dirname(path.join(root, file)), {recursive: true});
    await writeFile(path.join(root, file), generated().get(file) ?? '');
  }
}

/** Paths of the files that do not hold what the definitions say. */
export async function outdated(): Promise<readonly string[]> {
  const files: string[] = [];
  for (const [file, text] of generated()) {
    const found = await readFile(path.join(root, file), 'utf8').catch(() => undefined);
    if (found !== text) files.push(file);
  }
  return files;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--check')) {
    const files = await outdated();
    for (const file of files)
      process.stderr.write(`${file} is out of date: run node --import tsx scripts/generate.ts\n`);
    process.exitCode = files.length > 0 ? 1 : 0;
  } else await generate();
}
