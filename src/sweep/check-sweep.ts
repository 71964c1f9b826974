import {checkSelecting} from '../experiment/check-monitors.js';
import type {LoadedExperiment} from '../experiment/load.js';
import type {Problem} from '../spec/diagnostic.js';
import type {Path} from '../spec/path.js';
import {type ErrorCode, ExpError} from '../support/errors.js';
import {metricColumns} from '../training/columns.js';
import {runLength} from '../training/run-length.js';
import type {ComposedSweep} from './compose.js';
import type {SweepMetric} from './loaded-sweep.js';
import {buildPruner} from './pruners/index.js';
import type {Pruner} from './pruners/pruner.js';
import {buildSampler} from './samplers/index.js';
import type {Sampler} from './samplers/sampler.js';

/** Where mistakes go, each placed in the sweep's file. */
class Findings {
  readonly problems: Problem[] = [];
  readonly #seen = new Set<string>();

  constructor(private readonly sweep: ComposedSweep) {}

  /** A mistake that many trials have is told once. */
  mistake(path: Path, message: string, hint?: string, code?: ErrorCode): void {
    const key = JSON.stringify([path, message]);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    this.problems.push({...this.sweep.loaded.problemAt(path, message, hint), ...(code ? {code} : {})});
  }

  warning(): void {}
}

/** What the words of a sweep come to. */
export interface CheckedWords {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
  readonly metric: SweepMetric | undefined;
  readonly sampler: Sampler | undefined;
  readonly pruner: Pruner | undefined;
  readonly numPoints: number | undefined;
  readonly numTrials: number | undefined;
  readonly numEpochs: number | undefined;
}

/**
 * Checks the words of a sweep against each other and against what its trials are.
 * @param experiments some of the trials
 * @param numSeeds of each point
 */
export function checkWords(
  sweep: ComposedSweep,
  experiments: readonly LoadedExperiment[],
  numSeeds: number,
): CheckedWords {
  const findings = new Findings(sweep);
  const warnings: string[] = [];
  const {spec} = sweep;
  const metric = checkMetric(sweep, experiments, findings);
  const numEpochs = epochsOf(experiments);
  const sampler = attempt(() => buildSampler(spec.sampler, sweep.space), ['sampler'], findings, namesIn(sweep));
  const pruner = checkPruner(sweep, metric, numEpochs, findings);

  const {maxTrials, maxMinutes, target} = spec;
  if (
    sampler &&
    sampler.numPoints === undefined &&
    maxTrials === undefined &&
    maxMinutes === undefined &&
    target === undefined
  ) {
    const message = `the sampler ${spec.sampler.type} has no end of points`;
    findings.mistake(
      ['sampler'],
      message,
      'say when to stop: `maxTrials: 50`, `maxMinutes: 60`, or a `target` of the metric',
    );
  }
  const planned = sampler?.numPoints === undefined ? undefined : sampler.numPoints * numSeeds;
  const numTrials = planned === undefined ? maxTrials : Math.min(planned, maxTrials ?? planned);
  if (planned !== undefined && maxTrials !== undefined && maxTrials < planned) {
    warnings.push(
      `of the ${planned} trials of the ${spec.sampler.type} only the first ${maxTrials} are trained: maxTrials is ${maxTrials}`,
    );
  }
  if (numTrials !== undefined && numTrials % numSeeds !== 0) {
    warnings.push(
      `${numTrials} trials with ${numSeeds} seeds each leave the last point with ${numTrials % numSeeds} of them`,
    );
  }
  const numPoints = numTrials === undefined ? undefined : Math.ceil(numTrials / numSeeds);
  return {problems: findings.problems, warnings, metric, sampler, pruner, numPoints, numTrials, numEpochs};
}

function checkMetric(
  {spec}: ComposedSweep,
  experiments: readonly LoadedExperiment[],
  findings: Findings,
): SweepMetric | undefined {
  const isShort = typeof spec.metric === 'string';
  const {name, goal} = typeof spec.metric === 'string' ? {name: spec.metric} : spec.metric;
  const path = isShort ? ['metric'] : ['metric', 'name'];
  const goals = experiments.flatMap(({spec: experiment, preview}) => {
    const columns = metricColumns(experiment.training, {validation: true, test: false}, preview.data.targets);
    return checkSelecting(experiment, columns, path, name, findings)?.goal ?? [];
  });
  const [better] = goals;
  if (better === undefined) return undefined;
  if (goal !== undefined && goal !== better) {
    const message = `metric.goal is ${goal}, but ${better === 'maximize' ? 'larger' : 'smaller'} values of \`${name}\` are better`;
    findings.mistake(['metric', 'goal'], message, `write \`goal: ${better}\`, or drop it: it follows from the column`);
  }
  return {name, goal: better};
}

function checkPruner(
  {spec}: ComposedSweep,
  metric: SweepMetric | undefined,
  numEpochs: number | undefined,
  findings: Findings,
): Pruner | undefined {
  const {pruner} = spec;
  if (!pruner) return undefined;
  if (numEpochs === 1) {
    const message = 'a pruner decides after every epoch but the last, and trials have only one';
    findings.mistake(['pruner'], message, 'train for more epochs, or drop `pruner`');
    return undefined;
  }
  const context = {sweepName: spec.name, goal: metric?.goal ?? 'minimize', numEpochs};
  return attempt(() => buildPruner(pruner, context), ['pruner'], findings);
}

/** Names of parameters as they are written, the longest first. */
const namesIn = ({parameters}: ComposedSweep): readonly string[] =>
  [...parameters.entries.keys()].sort((a, b) => b.length - a.length);

/**
 * What samplers and pruners refuse is a mistake of the word that names them, or of the parameter that they name.
 * @param names of parameters
 */
function attempt<Built>(
  build: () => Built,
  path: Path,
  findings: Findings,
  names: readonly string[] = [],
): Built | undefined {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof ExpError)) throw error;
    const name = names.find((one) => error.message.includes(one));
    findings.mistake(name === undefined ? path : ['parameters', name], error.message, error.hint);
    return undefined;
  }
}

/** Of a whole trial; undefined where trials differ in it. */
function epochsOf(experiments: readonly LoadedExperiment[]): number | undefined {
  const lengths = new Set(
    experiments.map(({spec, preview}) => runLength(spec.training, preview.data.numTrain).numEpochs),
  );
  const [only] = lengths;
  return lengths.size === 1 ? only : undefined;
}
