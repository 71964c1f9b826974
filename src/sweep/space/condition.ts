import type {Value} from '../../comparison/compared-run.js';
import {
  type Expression,
  ExpressionError,
  evaluate,
  isCondition,
  parseExpression,
  termsOf,
} from '../../comparison/expression.js';
import type {Problem} from '../../spec/diagnostic.js';
import type {Located} from '../../spec/located.js';
import type {Path} from '../../spec/path.js';
import type {Place} from '../../spec/source.js';
import {nearest} from '../../spec/suggest.js';
import {ExpError} from '../../support/errors.js';

/** A condition on a point: `training.batchSize == 64 && model.layers.0.units > 16`. */
export interface Condition {
  readonly expression: Expression;
  /** Dotted paths that it names, each once. */
  readonly names: readonly string[];
  readonly node: Located;
}

/** The value of a name in an expression; undefined where there is none. */
export type Reader = (name: string) => Value | undefined;

/**
 * Reads a condition of `when` or `constraints`.
 * @returns undefined after a mistake
 */
export function readCondition(node: Located, path: Path, problems: Problem[]): Condition | undefined {
  const where = path[0] === 'constraints' ? 'this constraint' : `\`when\` of ${path[1]}`;
  const refuse = (message: string, hint?: string, place: Place = node.place): undefined => {
    problems.push({place, path, message, ...(hint === undefined ? {} : {hint})});
    return undefined;
  };
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    return refuse(`${where} must be a condition in a text`, 'for instance "training.batchSize == 64"');
  }
  let expression: Expression;
  try {
    expression = parseExpression(node.value, where);
  } catch (error) {
    if (error instanceof ExpressionError) {
      const hint = node.value[error.at] === '=' ? 'equal is written ==' : undefined;
      return refuse(`${where} cannot be read: ${error.reason}`, hint, placeIn(node.place, node.value, error.at));
    }
    if (error instanceof ExpError) return refuse(`${where} cannot be read: ${error.message}`);
    throw error;
  }
  const terms = termsOf(expression);
  const strange = terms.find(({pick, epoch}) => pick !== undefined || epoch !== undefined);
  if (strange || usesBaseline(expression)) {
    const what = strange ? `\`${strange.text}\`` : '`baseline`';
    return refuse(
      `${where} asks for ${what}, but is decided before anything is trained`,
      'name parameters, and settings of the experiment',
    );
  }
  if (terms.length === 0) return refuse(`${where} names no parameter: it holds always, or never`);
  if (!isCondition(expression) && expression.kind !== 'term') {
    return refuse(`${where} is a number, not a condition`, 'compare it with something: … <= 4096');
  }
  return {expression, names: [...new Set(terms.map(({name}) => name))], node};
}

/** `when` of a parameter, if it has one. @param name of the parameter */
export function conditionsOf(
  name: string,
  node: Located,
  {problems}: {readonly problems: Problem[]},
): readonly Condition[] {
  const when = node.kind === 'map' ? node.entries.get('when')?.value : undefined;
  const condition = when && readCondition(when, ['parameters', name, 'when'], problems);
  return condition ? [condition] : [];
}

/** Whether a condition holds. A comparison with something that is not there does not. */
export const holds = ({expression}: Condition, read: Reader): boolean =>
  evaluate(expression, {read: ({name}) => read(name)}) === true;

/** Refuses what can never hold, such as an order between a text and a number. @returns what is wrong */
export function strictProblem({expression}: Condition, read: Reader): string | undefined {
  try {
    evaluate(expression, {read: ({name}) => read(name), isStrict: true});
    return undefined;
  } catch (error) {
    if (error instanceof ExpError) return error.message;
    throw error;
  }
}

/** Refuses names that are neither a parameter nor a setting. @returns whether all are known */
export function checkNames(
  {names, node}: Condition,
  path: Path,
  known: (name: string) => boolean,
  candidates: () => Iterable<string>,
  problems: Problem[],
): boolean {
  const unknown = names.filter((name) => !known(name));
  for (const name of unknown) {
    const near = nearest(name, candidates());
    const text = node.kind === 'scalar' ? String(node.value) : '';
    const hint =
      near === undefined
        ? 'names are those of `parameters`, and dotted paths of settings of the experiment'
        : `did you mean \`${near}\`?`;
    const place = placeIn(node.place, text, Math.max(0, text.indexOf(name)), name.length);
    problems.push({place, path, message: `there is no parameter and no setting \`${name}\``, hint});
  }
  return unknown.length === 0;
}

function usesBaseline(expression: Expression): boolean {
  if (expression.kind === 'baseline') return true;
  if (expression.kind === 'term') return expression.ofBaseline;
  if (expression.kind === 'not' || expression.kind === 'minus') return usesBaseline(expression.of);
  return expression.kind === 'binary' && (usesBaseline(expression.left) || usesBaseline(expression.right));
}

/** A stretch of a text that stands in YAML, if it stands there as it is; else all of it. */
function placeIn(place: Place, text: string, at: number, length = 1): Place {
  const written = place.source.text.slice(place.start, place.end);
  const offset = written.indexOf(text);
  if (offset < 0) return place;
  const start = place.start + offset + at;
  return {...place, start, end: Math.max(start + 1, Math.min(start + length, place.end))};
}
