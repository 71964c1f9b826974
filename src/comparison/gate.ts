import {ExpError} from '../support/errors.js';
import {type Baseline, counterpartOf, groupSample, isOfOtherData} from './baseline.js';
import {groupValue} from './compare.js';
import type {ComparedRun, Value} from './compared-run.js';
import {type Expression, evaluate, isCondition, parseExpression, termsOf} from './expression.js';
import type {Group} from './groups.js';
import type {Sample} from './statistics.js';
import {checkTerm, type Term} from './term.js';

/** What a term of a clause came to. */
export interface GateValue {
  readonly term: string;
  readonly value: Value | undefined;
  /** Where it is the mean of numbers. */
  readonly sample?: Sample | undefined;
  /** Present where the clause asked for the baseline's. */
  readonly baseline?: Value | undefined;
  readonly baselineSample?: Sample | undefined;
}

/** A clause that a run, or the mean of several, met. */
export interface GateFailure {
  readonly clause: string;
  readonly runs: readonly ComparedRun[];
  readonly values: readonly GateValue[];
}

/** What came of a gate. */
export interface GateResult {
  readonly failures: readonly GateFailure[];
  /** Rows without a counterpart in the baseline, which no clause that speaks of it could judge. */
  readonly unjudged: readonly Group[];
}

/** How a gate is to judge. */
export interface GateRequest {
  readonly clauses: readonly string[];
  readonly baseline?: Baseline | undefined;
  /** Whether the baseline may be of other data. */
  readonly otherData?: boolean | undefined;
}

/**
 * Which rows meet a condition under which CI has to fail. `baseline` in a clause is the mean over the runs of the row's counterpart. A gate
 * that cannot judge does not open: a row that lacks what a clause asks for fails, and a baseline that does is an error.
 * @throws ExpError USAGE for a clause that makes no sense, that speaks of a baseline where there is none, or that has no row to judge;
 * BASELINE_UNUSABLE for a baseline of other data, one without a counterpart for any row, or one that lacks what a clause asks for
 */
export function judge(rows: readonly Group[], {clauses, baseline, otherData = false}: GateRequest): GateResult {
  const conditions = clauses.map((clause) => readClause(clause, rows, baseline));
  if (rows.length === 0 && clauses.length > 0)
    throw new ExpError('USAGE', '--fail-if has no row to judge', 'no run meets --where');
  const speaking = conditions.some(({ofBaseline}) => ofBaseline);
  const unjudged = speaking && baseline ? rows.filter((row) => !counterpartOf(baseline, row)) : [];
  if (speaking && baseline) checkBaseline(baseline, rows, {unjudged, otherData});
  const failures = conditions.flatMap(({clause, condition, ofBaseline}) =>
    rows.flatMap((row) => {
      const counterpart = baseline && counterpartOf(baseline, row);
      if (ofBaseline && !counterpart) return [];
      return judgeRow({clause, condition, row, counterpart, baseline});
    }),
  );
  return {failures, unjudged};
}

function readClause(clause: string, rows: readonly Group[], baseline: Baseline | undefined) {
  const condition = parseExpression(clause, '--fail-if');
  if (!isCondition(condition))
    throw new ExpError(
      'USAGE',
      `--fail-if ${JSON.stringify(clause)} is no condition`,
      'for instance: val_accuracy < 0.9',
    );
  const runs = [...rows, ...(baseline?.rows ?? [])].flatMap((row) => row.runs);
  for (const term of termsOf(condition)) checkTerm(term, runs, '--fail-if');
  const ofBaseline = speaksOfBaseline(condition);
  if (ofBaseline && !baseline) {
    throw new ExpError(
      'USAGE',
      `--fail-if ${JSON.stringify(clause)} speaks of a baseline, but there is none`,
      'name one with --baseline RUN, NAME or FILE',
    );
  }
  return {clause, condition, ofBaseline};
}

function checkBaseline(
  baseline: Baseline,
  rows: readonly Group[],
  {unjudged, otherData}: {readonly unjudged: readonly Group[]; readonly otherData: boolean},
): void {
  const unusable = (message: string, hint: string): ExpError => new ExpError('BASELINE_UNUSABLE', message, hint);
  if (unjudged.length === rows.length) {
    const told = baseline.tellingSettings.slice(0, 4).join(', ');
    throw unusable(
      `no row agrees with one of the baseline ${baseline.name} in what tells its ${baseline.rows.length} rows apart (${told})`,
      'save a new one with --save-baseline, or one of a single row with --top 1 --save-baseline',
    );
  }
  const strange = otherData ? undefined : rows.find((row) => isOther(baseline, row));
  if (!strange) return;
  const [theirs, ours] = [counterpartOf(baseline, strange)!, strange].map(({runs}) => runs[0]!.dataFingerprint);
  throw unusable(
    `the baseline ${baseline.name} is of other data (fingerprint ${theirs?.slice(0, 12)}) than ${strange.runs[0]!.id} (${ours?.slice(0, 12)})`,
    'save a new one with --save-baseline, or give --other-data if the numbers may be held against each other all the same',
  );
}

const isOther = (baseline: Baseline, row: Group): boolean => {
  const counterpart = counterpartOf(baseline, row);
  return counterpart !== undefined && isOfOtherData(counterpart, row);
};

interface Judged {
  readonly clause: string;
  readonly condition: Expression;
  readonly row: Group;
  readonly counterpart: Group | undefined;
  readonly baseline: Baseline | undefined;
}

function judgeRow({clause, condition, row, counterpart, baseline}: Judged): readonly GateFailure[] {
  const asked = new Map<string, Value>();
  const ofBaseline = (term: Term): Value => {
    const value = counterpart && groupValue(counterpart, term);
    if (value === undefined || Number.isNaN(value)) throw lacking(baseline!, term);
    asked.set(term.text, value);
    return value;
  };
  const read = (term: Term): Value | undefined => groupValue(row, term);
  const fails = evaluate(condition, {read, ofBaseline, isStrict: true}) === true;
  if (!fails && !isMissing(condition, row)) return [];
  const values = termsOf(condition).map((term) => ({
    term: term.text,
    value: read(term),
    sample: groupSample(row, term),
    ...(asked.has(term.text)
      ? {baseline: asked.get(term.text), baselineSample: counterpart && groupSample(counterpart, term)}
      : {}),
  }));
  return [{clause, runs: row.runs, values}];
}

function lacking(baseline: Baseline, term: Term): ExpError {
  const isOfEpoch = !baseline.hasEpochs && (term.pick !== undefined || term.epoch !== undefined);
  return new ExpError(
    'BASELINE_UNUSABLE',
    `the baseline ${baseline.name} has no ${term.text}`,
    isOfEpoch
      ? 'a file has values of the best moment, of the last epoch and of the test set; name runs for others'
      : 'save a new one with --save-baseline from runs that have it',
  );
}

/** A gate does not open for a run that lacks what the clause asks for: a run that failed has no accuracy to compare. */
const isMissing = (condition: Expression, row: Group): boolean =>
  termsOf(condition, 'own').some((term) => {
    const value = groupValue(row, term);
    return value === undefined || Number.isNaN(value);
  });

function speaksOfBaseline(expression: Expression): boolean {
  if (expression.kind === 'baseline') return true;
  if (expression.kind === 'term') return expression.ofBaseline;
  if (expression.kind === 'not' || expression.kind === 'minus') return speaksOfBaseline(expression.of);
  return expression.kind === 'binary' && (speaksOfBaseline(expression.left) || speaksOfBaseline(expression.right));
}
