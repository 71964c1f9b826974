import {existsSync, statSync} from 'node:fs';
import {findRun} from '../runs/find-runs.js';
import {expectationOf} from '../spec/expectation.js';
import {formatOrigin, type Origin, type Origins} from '../spec/origin.js';
import {dottedPath, formatPath, type Path, parsePath} from '../spec/path.js';
import {choicesOf} from '../spec/schema.js';
import {schemaAt, valueAt} from '../spec/schema-at.js';
import {nearest} from '../spec/suggest.js';
import {ExpError} from '../support/errors.js';
import {readExperiment} from './load.js';
import {experimentSchema} from './schema.js';

/** What is known of one key of a spec or a run. */
export interface Explanation {
  readonly key: string;
  /** Undefined if the key exists and is not set. */
  readonly value?: unknown;
  readonly description?: string;
  /** What the value must be, in words. */
  readonly expected?: string;
  readonly default?: unknown;
  /** Each leaf at or below the key. */
  readonly leaves: readonly {readonly key: string; readonly value: unknown; readonly origin?: Origin}[];
}

export interface ExplainOptions {
  readonly overrides?: readonly string[];
  readonly runsDir: string;
}

/**
 * Says what a key of a spec or of a run is, and where its value came from.
 * @param target a spec's path, or a run as `exp show` takes it
 * @throws ExpError for a key that does not exist, with the nearest one that does
 */
export async function explain(target: string, keyText: string, options: ExplainOptions): Promise<Explanation> {
  const {value, origins} = await sourceOf(target, options);
  const path = parsePath(keyText);
  const schema = path && schemaAt(experimentSchema, value, path);
  const found = path && valueAt(value, path);
  if (!path || (found === undefined && (!schema || isBehindEnd(value, path)))) {
    if (path?.[0] === 'model' && path[1] === 'blocks') {
      const hint = 'explain one of those: model.layers[0]; `exp validate` and editors check blocks as they are written';
      throw new ExpError(
        'USAGE',
        `in ${target}, blocks stand for layers, which took their place when it was read`,
        hint,
      );
    }
    const meant = nearestKey(path ?? [], value, origins);
    throw new ExpError(
      'USAGE',
      `${target} has no key ${keyText}`,
      meant === undefined ? 'keys are dotted paths, such as training.optimizer.learningRate' : `did you mean ${meant}?`,
    );
  }
  const key = dottedPath(path);
  const leaves = Object.entries(origins)
    .filter(([leaf]) => leaf === key || leaf.startsWith(`${key}.`))
    .map(([leaf, origin]) => ({key: leaf, value: valueAt(value, parsePath(leaf) ?? []), origin}));
  return {
    key: formatPath(path),
    ...(found === undefined ? {} : {value: found}),
    ...(schema?.description === undefined ? {} : {description: schema.description}),
    ...(schema === undefined ? {} : {expected: expectationOf(schema)}),
    ...(schema?.default === undefined ? {} : {default: schema.default}),
    leaves,
  };
}

/** An explanation as the terminal shows it. */
export function formatExplanation({key, value, description, expected, default: standard, leaves}: Explanation): string {
  const show = (shown: unknown): string => (typeof shown === 'string' ? shown : JSON.stringify(shown));
  const [only] = leaves;
  const isLeaf = leaves.length === 1 && only?.key === dottedPath(parsePath(key) ?? []);
  const head = isLeaf ? `${key} = ${show(value)}` : value === undefined ? `${key} is not set` : key;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['from', isLeaf && only?.origin ? formatOrigin(only.origin) : undefined],
    ['about', description],
    ['must be', expected],
    ['default', standard === undefined ? undefined : show(standard)],
  ];
  const lines = facts.flatMap(([name, text]) => (text === undefined ? [] : [`  ${name.padEnd(8)} ${text}`]));
  if (isLeaf) return [head, ...lines].join('\n');
  const rows = leaves.map(
    (leaf) => [`${leaf.key} = ${show(leaf.value)}`, leaf.origin ? formatOrigin(leaf.origin) : ''] as const,
  );
  const width = Math.min(60, Math.max(0, ...rows.map(([left]) => left.length)));
  return [head, ...lines, ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd())].join('\n');
}

async function sourceOf(
  target: string,
  {overrides = [], runsDir}: ExplainOptions,
): Promise<{readonly value: unknown; readonly origins: Origins}> {
  const isFile = existsSync(target) && statSync(target).isFile();
  if (isFile || /\.ya?ml$/.test(target)) {
    return readExperiment({path: target}, {overrides});
  }
  const run = findRun(target, runsDir);
  const value = run.resolvedSpec();
  const origins = run.origins();
  if (value === undefined || origins === undefined) {
    throw new ExpError('RUN_NOT_FOUND', `${run.path} holds no resolved spec with origins: ${run.warnings.join('; ')}`);
  }
  return {value, origins};
}

/** Whether a path asks a list for an item it does not have. */
const isBehindEnd = (value: unknown, path: Path): boolean =>
  path.some((step, i) => {
    const above = valueAt(value, path.slice(0, i));
    return Array.isArray(above) && !(Number(step) < above.length);
  });

/** The key that was meant: one beside the step that does not exist, or one elsewhere that ends alike. */
function nearestKey(path: Path, value: unknown, origins: Origins): string | undefined {
  for (let length = path.length - 1; length >= 0; length--) {
    const above = path.slice(0, length);
    const schema = schemaAt(experimentSchema, value, above);
    if (!schema) continue;
    const chosen = choicesOf(schema)?.get(String(valueAt(value, [...above, 'type']))) ?? schema;
    const near = nearest(String(path[length]), Object.keys(chosen.properties ?? {}));
    if (near !== undefined) return dottedPath([...above, near]);
  }
  const leaves = Object.keys(origins);
  const last = nearest(
    String(path.at(-1)),
    leaves.map((leaf) => leaf.split('.').at(-1) ?? leaf),
  );
  return leaves.find((leaf) => leaf.split('.').at(-1) === last);
}
