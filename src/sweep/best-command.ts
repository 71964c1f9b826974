import {existsSync, mkdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {bestPoint, type RankedPoint, rankPoints} from '../comparison/rank-points.js';
import {loadExperiment} from '../experiment/load.js';
import {experimentSchema} from '../experiment/schema.js';
import {blockExpander} from '../model/blocks/expand.js';
import {printable, visibleJson} from '../report/printable.js';
import type {Sink} from '../report/sink.js';
import {pointValue} from '../report/sweep-cells.js';
import {pointJson} from '../report/sweep-json.js';
import {sweepViewOf} from '../report/sweep-of-folder.js';
import {bestSentence, rankingTable, shellQuoted} from '../report/sweep-screen.js';
import {runFiles} from '../runs/layout.js';
import {findSweepFolder} from '../runs/sweep/find-sweeps.js';
import {trialFolder} from '../runs/sweep/layout.js';
import {readSweep, type SweepState} from '../runs/sweep/read-sweep.js';
import type {TrialRecord} from '../runs/sweep/records.js';
import type {Problem} from '../spec/diagnostic.js';
import {checkTree, readTree} from '../spec/load.js';
import {asSpecText, withSecretsNamed, writeYaml} from '../spec/write-yaml.js';
import {writeFileAtomically} from '../support/atomic-file.js';
import {ExpError} from '../support/errors.js';

/** What `exp sweep best` was asked for. */
export interface SweepBestRequest {
  readonly reference: string;
  readonly runsDir: string;
  /** The file that the best goes to, as an experiment of its own. */
  readonly emit?: string | undefined;
  /** Points to show. */
  readonly top: number;
  readonly json: boolean;
}

/**
 * Shows the best points of a sweep, and writes the best one as an experiment.
 * @throws ExpError RUN_NOT_FOUND where no trial has finished; RUN_UNWRITABLE, SPEC_INVALID
 */
export async function showSweepBest(request: SweepBestRequest, sink: Sink): Promise<void> {
  const sweep = readSweep(findSweepFolder(request.reference, request.runsDir));
  const view = sweepViewOf(sweep);
  const points = rankPoints(view.trials, {goal: view.metric.goal, numSeeds: view.seeds?.length ?? 1});
  const best = bestPoint(points);
  if (!best) {
    throw new ExpError(
      'RUN_NOT_FOUND',
      `no trial of ${sweep.path} has finished with ${view.metric.name}`,
      `exp sweep status ${shellQuoted(sweep.path)} tells how they are`,
    );
  }
  if (request.emit !== undefined) await emitPoint(sweep, best, request.emit);
  const ranked = points.filter(({sample}) => sample).slice(0, request.top);
  const folders = best.trials.map(({trial}) => trialFolder(sweep.path, trial));
  if (request.json) {
    const {metric} = view;
    sink.write(visibleJson({metric, best: {...pointJson(best), folders}, points: ranked.map(pointJson)}));
    return;
  }
  const lines = [bestSentence(view, points)!, ...folders.map(printable)];
  if (request.top > 1) sink.write(`${rankingTable({...view}, ranked, sink, request.top)}\n`);
  sink.write(lines.map((line) => `${line}\n`).join(''));
  if (request.emit !== undefined)
    sink.write(`wrote ${printable(request.emit)}: exp run ${shellQuoted(request.emit)}\n`);
}

/** Writes a point as an experiment that can be validated and run; with several seeds it has all of them. */
async function emitPoint(sweep: SweepState, point: RankedPoint, file: string): Promise<void> {
  const target = path.resolve(file);
  const record = point.trials
    .map(({trial}) => path.join(trialFolder(sweep.path, trial), runFiles.resolved))
    .find((candidate) => existsSync(candidate));
  if (record === undefined) {
    throw new ExpError(
      'RUN_NOT_FOUND',
      `the folders of point ${point.point} are gone`,
      'the journals alone hold no spec',
    );
  }
  const folder = path.dirname(target);
  // Paths in the record are relative to where the sweep's experiment was; in the file they have to be relative to it.
  const source = {text: asSpecText(readFileSync(record, 'utf8')), path: path.join(sweep.plan.baseDir, 'recorded.yaml')};
  const problems: Problem[] = [];
  const tree = await readTree(source, problems);
  const options = {expander: blockExpander, problems};
  const {value, origins} = checkTree(experimentSchema, {...tree, path: target}, options);
  const {seed, ...rest} = withSecretsNamed(value, origins) as Readonly<Record<string, unknown>>;
  const {seeds} = sweep.plan;
  const spec = seeds && seeds.length > 1 ? {...rest, seeds} : {...rest, seed};
  const text = `${headerOf(sweep, point)}${asSpecText(writeYaml(spec))}`;
  // Nothing is written that would be refused.
  await loadExperiment({text, path: target});
  try {
    mkdirSync(folder, {recursive: true});
    writeFileAtomically(target, text);
  } catch (error) {
    const message = `${file} cannot be written: ${(error as Error).message}`;
    throw new ExpError('RUN_UNWRITABLE', message, 'name another file with --emit', {cause: error});
  }
}

/** Where the values come from, each line a comment whatever names and values hold. */
function headerOf({id, plan, trials}: SweepState, point: RankedPoint): string {
  const {metric, numTrials} = plan;
  const numbers = point.trials.map(({trial}) => trial);
  const epoch = point.trials.length === 1 ? point.trials[0]?.epoch : undefined;
  const of = numTrials ?? trials.length;
  const lines = [
    `The best of sweep ${id}: ${metric.name} ${pointValue(point)}${epoch === undefined ? '' : ` in epoch ${epoch}`}, ${numbers.length === 1 ? 'trial' : 'trials'} ${numbers.join(', ')} of ${of}.`,
    ...Object.entries(point.values).map(
      ([name, value]) => `  ${name}: ${JSON.stringify(value satisfies TrialRecord['values'][string])}`,
    ),
    'Written by exp sweep best, with every default; exp run trains it to the same numbers.',
  ];
  return lines.map((line) => `# ${printable(line)}\n`).join('');
}
