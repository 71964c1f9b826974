import {ExpError} from '../support/errors.js';
import type {Value} from './compared-run.js';
import {parseTerm, type Term} from './term.js';

/**
 * A condition on a run: `training.batchSize == 64 && max val_accuracy > 0.98`. Numbers, "texts", true and false, terms, + - * /, comparisons,
 * contains, !, &&, || and parentheses; nothing else, so it can do no harm. `baseline` is the other run's value of the term it is compared with,
 * `baseline.val_loss` that of another one.
 */
export type Expression =
  | {readonly kind: 'literal'; readonly value: Value}
  | {readonly kind: 'term'; readonly term: Term; readonly ofBaseline: boolean}
  /** `baseline` alone. */
  | {readonly kind: 'baseline'}
  | {readonly kind: 'not' | 'minus'; readonly of: Expression}
  | {readonly kind: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression};

type Operator = '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | '+' | '-' | '*' | '/';

/** Binding from loose to tight. */
const levels: readonly (readonly Operator[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<=', '>=', '<', '>', 'contains'],
  ['+', '-'],
  ['*', '/'],
];

type Token = {readonly kind: 'number' | 'text' | 'word' | 'symbol' | 'end'; readonly text: string; readonly at: number};

const tokenPattern =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<text>"[^"]*"|'[^']*')|(?<symbol>contains(?![\w.[\]@]))|(?<word>[A-Za-z][\w.[\]]*(?:@\d+)?)|(?<sign>\|\||&&|==|!=|<=|>=|[<>+\-*/!()]))/y;

const pickWords: ReadonlySet<string> = new Set(['best', 'last', 'first', 'min', 'max', 'mean']);

/** Reads a condition. @param what flag it came from, for messages. @throws ExpError USAGE with the place */
export function parseExpression(source: string, what: string): Expression {
  const tokens = tokenize(source, what);
  let next = 0;
  const peek = (): Token => tokens[next]!;
  const take = (): Token => tokens[next++]!;
  const fail = (token: Token, expected: string): never => {
    const got = token.kind === 'end' ? 'the end' : JSON.stringify(token.text);
    throw new ExpressionError(source, token.at, what, `expected ${expected}; got ${got}`);
  };
  const binary = (level: number): Expression => {
    const operators = levels[level];
    if (!operators) return unary();
    let left = binary(level + 1);
    for (;;) {
      const token = peek();
      const operator = operators.find((candidate) => token.kind === 'symbol' && candidate === token.text);
      if (!operator) return left;
      take();
      left = {kind: 'binary', operator, left, right: binary(level + 1)};
      if (level === 2 && levels[2]!.some((candidate) => candidate === peek().text))
        fail(peek(), '&& or || between two comparisons');
    }
  };
  const unary = (): Expression => {
    const token = take();
    if (token.kind === 'symbol' && token.text === '!') return {kind: 'not', of: unary()};
    if (token.kind === 'symbol' && token.text === '-') return {kind: 'minus', of: unary()};
    if (token.kind === 'symbol' && token.text === '(') {
      const inner = binary(0);
      if (peek().text !== ')') fail(peek(), '")"');
      take();
      return inner;
    }
    if (token.kind === 'number') return {kind: 'literal', value: Number(token.text)};
    if (token.kind === 'text') return {kind: 'literal', value: token.text.slice(1, -1)};
    if (token.kind === 'word') return word(token);
    return fail(token, 'a value');
  };
  const word = ({text}: Token): Expression => {
    if (text === 'true' || text === 'false') return {kind: 'literal', value: text === 'true'};
    if (text === 'baseline') return {kind: 'baseline'};
    const ofBaseline = text.startsWith('baseline.');
    const isPick = pickWords.has(text) && peek().kind === 'word';
    const name = isPick ? `${text} ${take().text}` : ofBaseline ? text.slice('baseline.'.length) : text;
    return {kind: 'term', term: parseTerm(name), ofBaseline};
  };
  const expression = binary(0);
  if (peek().kind !== 'end') fail(peek(), 'an operator or the end');
  return expression;
}

function tokenize(source: string, what: string): readonly Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  let end = 0;
  while (end < source.trimEnd().length) {
    const match = tokenPattern.exec(source);
    if (!match) {
      const at = end + (/^\s*/.exec(source.slice(end))?.[0].length ?? 0);
      throw new ExpressionError(source, at, what, `${JSON.stringify(source[at])} means nothing here`);
    }
    const [group, text] = Object.entries(match.groups!).find(([, value]) => value !== undefined)!;
    end = tokenPattern.lastIndex;
    const kind = group === 'sign' ? 'symbol' : (group as Token['kind']);
    tokens.push({kind, text: text!, at: end - text!.length});
  }
  return [...tokens, {kind: 'end', text: '', at: source.length}];
}

/** Text that is no expression; the message has the source with a caret below the place. */
export class ExpressionError extends ExpError {
  /** @param at of the source, from 0 @param what flag or key it came from @param reason what was expected there */
  constructor(
    source: string,
    readonly at: number,
    what: string,
    readonly reason: string,
  ) {
    super('USAGE', `${what}, at character ${at + 1}: ${reason}\n  ${source}\n  ${' '.repeat(at)}^`);
  }
}

/** Where an expression gets values from. */
export interface Scope {
  read(term: Term): Value | undefined;
  ofBaseline?: ((term: Term) => Value | undefined) | undefined;
  /** Refuses what can never hold instead of taking it for false: an order between text and number, `baseline` of nothing. */
  isStrict?: boolean;
}

/** What an expression comes to; undefined where something it needs is missing. Comparisons with something missing are false. */
export function evaluate(expression: Expression, scope: Scope, compared?: Term): Value | undefined {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'term':
      return (expression.ofBaseline ? scope.ofBaseline : scope.read)?.(expression.term);
    case 'baseline':
      if (!compared && scope.isStrict)
        throw new ExpError(
          'USAGE',
          '`baseline` stands alone',
          'compare it with something: val_accuracy < baseline - 0.005',
        );
      return compared && scope.ofBaseline?.(compared);
    case 'not':
      return evaluate(expression.of, scope) !== true;
    case 'minus': {
      const value = evaluate(expression.of, scope, compared);
      return typeof value === 'number' ? -value : undefined;
    }
    case 'binary':
      return evaluateBinary(expression, scope, compared);
  }
}

function evaluateBinary(
  {operator, left, right}: Extract<Expression, {kind: 'binary'}>,
  scope: Scope,
  compared: Term | undefined,
): Value | undefined {
  if (operator === '&&') return evaluate(left, scope) === true && evaluate(right, scope) === true;
  if (operator === '||') return evaluate(left, scope) === true || evaluate(right, scope) === true;
  const term = compared ?? termOf(left) ?? termOf(right);
  const [a, b] = [evaluate(left, scope, term), evaluate(right, scope, term)];
  if (operator === '==') return a !== undefined && b !== undefined && a === b;
  if (operator === '!=') return a !== undefined && b !== undefined && a !== b;
  if (operator === 'contains') return a !== undefined && b !== undefined && contains(a, b);
  const text = [a, b].find((value) => value !== undefined && typeof value !== 'number');
  if (scope.isStrict && text !== undefined) {
    const message = `${JSON.stringify(text)} is no number: ${operator} means nothing here`;
    throw new ExpError('USAGE', message, 'texts can be compared with == and !=');
  }
  if (typeof a !== 'number' || typeof b !== 'number')
    return ['+', '-', '*', '/'].includes(operator) ? undefined : false;
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
  }
}

/** Whether a text has another one in it, whatever their case; of a list (`tags`, `training.metrics`) whether it has such a member. */
function contains(whole: Value, part: Value): boolean {
  const text = String(whole);
  if (text.startsWith('[')) {
    try {
      const list: unknown = JSON.parse(text);
      if (Array.isArray(list)) return list.some((member) => String(member) === String(part));
    } catch {
      // A text that begins with a bracket.
    }
  }
  return text.toLowerCase().includes(String(part).toLowerCase());
}

/** The first term of the run itself. */
function termOf(expression: Expression): Term | undefined {
  if (expression.kind === 'term') return expression.ofBaseline ? undefined : expression.term;
  if (expression.kind === 'not' || expression.kind === 'minus') return termOf(expression.of);
  return expression.kind === 'binary' ? (termOf(expression.left) ?? termOf(expression.right)) : undefined;
}

/** All terms of an expression, or the run's own ones; for checking that somebody knows them. */
export function termsOf(expression: Expression, which: 'all' | 'own' = 'all'): readonly Term[] {
  if (expression.kind === 'term') return which === 'own' && expression.ofBaseline ? [] : [expression.term];
  if (expression.kind === 'not' || expression.kind === 'minus') return termsOf(expression.of, which);
  return expression.kind === 'binary' ? [...termsOf(expression.left, which), ...termsOf(expression.right, which)] : [];
}

/** Whether an expression is one that holds or does not, rather than a number. A term may be a setting that is true or false. */
export function isCondition(expression: Expression): boolean {
  if (expression.kind === 'binary') return !['+', '-', '*', '/'].includes(expression.operator);
  return expression.kind === 'not' || (expression.kind === 'literal' && typeof expression.value === 'boolean');
}
