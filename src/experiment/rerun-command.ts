import {existsSync} from 'node:fs';
import path from 'node:path';
import {createReporter} from '../report/create-reporter.js';
import {noticeLines} from '../report/download-lines.js';
import {streamSink} from '../report/sink.js';
import {describeEnvironment} from '../runs/environment.js';
import {findRun} from '../runs/find-runs.js';
import {collectGit} from '../runs/git.js';
import {type Run, readRun} from '../runs/run.js';
import type {RunDirectory} from '../runs/run-directory.js';
import {ExpError} from '../support/errors.js';
import {plainNumbers} from '../support/plain-numbers.js';
import {exitCodeOf} from './exit-codes.js';
import type {LoadedExperiment} from './load.js';
import {type PreparedExperiment, prepareExperiment} from './prepare.js';
import {loadRecorded} from './recorded.js';
import {type Condition, differingConditions} from './rerun-conditions.js';
import {compareRepetition, type Repetition} from './rerun-results.js';
import {conditionsText, repetitionText} from './rerun-screen.js';
import {runExperiment} from './run.js';
import {trainInterruptibly} from './training-command.js';

/** The command line of `exp rerun`, parsed. */
export interface RerunRequest {
  readonly run: string;
  /** `key=value` pairs. */
  readonly overrides: readonly string[];
  readonly runsDir: string;
  /** Only tell what differs. */
  readonly check: boolean;
  /** Fail where anything that matters differs, before training or in what comes out. */
  readonly exact: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/**
 * `exp rerun`: trains the recorded spec of a run again, in a folder of its own, says what is not as it was before it begins, and what came
 * out differently at the end.
 * @returns the exit code: 0, or 130 when interrupted
 * @throws ExpError, NOT_REPEATED with `exact`, and DIVERGED
 */
export async function rerunCommand(request: RerunRequest): Promise<number> {
  const {overrides, runsDir, quiet, json} = request;
  const original = findRun(request.run, runsDir);
  const notify = noticeLines(process.stderr);
  warnOfFolder(original, notify);
  const loaded = await loadRecorded(original, overrides, {runsDir, notify});
  if (request.check) return checkOnly(request, original, loaded, notify);

  const reporter = await createReporter({quiet, json, logEverySteps: loaded.spec.training.logEverySteps});
  let directory: RunDirectory | undefined;
  const outcome = await trainInterruptibly({reporter, runsDir}, (options) =>
    runExperiment(loaded, {
      ...options,
      reporter,
      onPrepared: async (prepared) =>
        tellConditions(request, original, await conditionsNow(request, original, loaded, prepared)),
      onFolder(folder) {
        directory = folder;
        options.onFolder(folder);
      },
    }),
  );
  if (outcome.state === 'finished' && directory) {
    tellRepetition(request, original, compareRepetition(original, readRun(directory.path)));
  }
  return exitCodeOf(outcome, loaded.spec.training.optimizer.learningRate);
}

/** Relative paths of a spec start at its folder, which may be gone. */
function warnOfFolder(run: Run, notify: (message: string) => void): void {
  const written = run.environment()?.spec;
  const folder = written === undefined ? undefined : path.dirname(written);
  if (folder !== undefined && existsSync(folder)) return;
  const gone =
    folder === undefined ? 'where the spec was is not recorded' : `the folder of the spec, ${folder}, is gone`;
  notify(`warning: ${gone}: relative paths of data start at the working folder`);
}

async function checkOnly(
  request: RerunRequest,
  original: Run,
  loaded: LoadedExperiment,
  notify: (message: string) => void,
): Promise<number> {
  const prepared = await prepareExperiment(loaded, (message) => notify(`warning: ${message}`), notify);
  try {
    tellConditions(request, original, await conditionsNow(request, original, loaded, prepared));
  } finally {
    await prepared.dispose();
  }
  return 0;
}

async function conditionsNow(
  {overrides}: RerunRequest,
  original: Run,
  loaded: LoadedExperiment,
  {session, dataset}: PreparedExperiment,
): Promise<readonly Condition[]> {
  const git = await collectGit(loaded.baseDir);
  const environment = describeEnvironment(session, git, loaded.path);
  return differingConditions(original, {environment, git, dataFingerprint: dataset.fingerprint, overrides});
}

/** @throws ExpError NOT_REPEATED with `exact` */
function tellConditions({json, quiet, exact}: RerunRequest, original: Run, conditions: readonly Condition[]): void {
  const sink = streamSink(process.stdout);
  const determinism = original.environment()?.determinism;
  if (json)
    sink.write(
      `${JSON.stringify({type: 'conditions', of: original.id, determinism, differ: conditions}, plainNumbers)}\n`,
    );
  else if (!quiet) sink.write(`${conditionsText(original.id, conditions, sink.style)}\n`);
  const [first, ...others] = conditions.filter(({matters}) => matters);
  if (!exact || !first) return;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  throw new ExpError(
    'NOT_REPEATED',
    `${original.id} cannot be repeated exactly: ${first.what}${more} differ from what it was made with`,
    'restore them, or leave out --exact',
  );
}

/** @throws ExpError NOT_REPEATED with `exact` */
function tellRepetition({json, exact}: RerunRequest, original: Run, repetition: Repetition): void {
  const sink = streamSink(process.stdout);
  if (json) sink.write(`${JSON.stringify({type: 'repeated', of: original.id, ...repetition}, plainNumbers)}\n`);
  else sink.write(repetitionText(original.id, repetition, sink.style));
  if (!exact || (repetition.isEqual && repetition.hasSameWeights !== false)) return;
  const message = `${original.id} was not repeated exactly: metrics or weights differ`;
  throw new ExpError('NOT_REPEATED', message, 'docs/reproducibility.md says what results follow from');
}
