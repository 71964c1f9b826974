import {ExpError} from '../support/errors.js';
import {groupValue} from './compare.js';
import type {ComparedRun, Value} from './compared-run.js';
import {type Expression, evaluate, parseExpression, termsOf} from './expression.js';
import type {Group} from './groups.js';
import {checkTerm, type Term} from './term.js';

/** A clause that a run, or the mean of several, met. */
export interface GateFailure {
  readonly clause: string;
  readonly runs: readonly ComparedRun[];
  /** What its terms came to. */
  readonly values: readonly {
    readonly term: string;
    readonly value: Value | undefined;
    readonly baseline?: Value | undefined;
  }[];
}

/**
 * Which rows meet a condition under which CI has to fail. `baseline` in a clause is the mean over the baseline's runs.
 * @throws ExpError USAGE for a clause that makes no sense, or that speaks of a baseline where there is none
 */
export function failuresOf(
  clauses: readonly string[],
  rows: readonly Group[],
  baseline: Group | undefined,
): readonly GateFailure[] {
  return clauses.flatMap((clause) => {
    const condition = parseExpression(clause, '--fail-if');
    const runs = rows.flatMap((row) => row.runs);
    for (const term of termsOf(condition)) checkTerm(term, [...runs, ...(baseline?.runs ?? [])], '--fail-if');
    if (speaksOfBaseline(condition) && !baseline) {
      throw new ExpError(
        'USAGE',
        `--fail-if ${JSON.stringify(clause)} speaks of a baseline, but there is none`,
        'name one with --baseline RUN',
      );
    }
    const ofBaseline = baseline && ((term: Term) => groupValue(baseline, term));
    return rows
      .filter(
        (row) =>
          isMissing(condition, row) ||
          evaluate(condition, {read: (term) => groupValue(row, term), ofBaseline}) === true,
      )
      .map((row) => ({
        clause,
        runs: row.runs,
        values: termsOf(condition).map((term) => ({
          term: term.text,
          value: groupValue(row, term),
          ...(ofBaseline ? {baseline: ofBaseline(term)} : {}),
        })),
      }));
  });
}

/** A gate does not open for a run that lacks what the clause asks for: a run that failed has no accuracy to compare. */
const isMissing = (condition: Expression, row: Group): boolean =>
  termsOf(condition).some((term) => {
    const value = groupValue(row, term);
    return value === undefined || Number.isNaN(value);
  });

function speaksOfBaseline(expression: Expression): boolean {
  if (expression.kind === 'baseline') return true;
  if (expression.kind === 'term') return expression.ofBaseline;
  if (expression.kind === 'not' || expression.kind === 'minus') return speaksOfBaseline(expression.of);
  return expression.kind === 'binary' && (speaksOfBaseline(expression.left) || speaksOfBaseline(expression.right));
}
