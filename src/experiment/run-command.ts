import {createReporter} from '../report/create-reporter.js';
import {downloadLines} from '../report/download-lines.js';
import type {RunDirectory} from '../runs/run-directory.js';
import {ExpError} from '../support/errors.js';
import {listenForInterrupts} from './interrupt.js';
import {type LoadedExperiment, loadExperiment} from './load.js';
import {prepareExperiment} from './prepare.js';
import {type RunOutcome, runExperiment} from './run.js';

/** The command line of `exp run`, parsed. */
export interface RunRequest {
  readonly spec: string;
  /** `key=value` pairs. */
  readonly overrides: readonly string[];
  /** Flags that stand for keys of the spec; they win over the pairs. */
  readonly shorthands: {
    readonly name?: string | undefined;
    readonly seed?: number | undefined;
    readonly device?: string | undefined;
    readonly engine?: string | undefined;
    /** Added to the spec's. */
    readonly tags: readonly string[];
  };
  readonly runsDir: string;
  readonly dryRun: boolean;
  readonly smoke: boolean;
  readonly dumpGraph: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
}

/**
 * `exp run`: loads, trains, reports on the standard streams.
 * @returns the exit code: 0, or 130 when interrupted
 * @throws ExpError, DIVERGED among them
 */
export async function runCommand(request: RunRequest): Promise<number> {
  const loaded = await loadRequest(request);
  const {logEverySteps} = loaded.spec.training;
  const reporter = await createReporter({...request, logEverySteps});
  if (request.dryRun) {
    const warn = (message: string): void => reporter.warn(message);
    loaded.warnings.forEach(warn);
    const prepared = await prepareExperiment(loaded, warn);
    reporter.planned(prepared.plan);
    reporter.close();
    await prepared.dispose();
    return 0;
  }
  let directory: RunDirectory | undefined;
  const interrupts = listenForInterrupts({
    first: () => reporter.warn('stopping after this step and saving a checkpoint; Ctrl-C again stops at once'),
    second() {
      reporter.close();
      try {
        directory?.close('interrupted', {message: 'stopped at once by a second signal'});
      } catch {
        // Nothing more can be done: readers see that the process is gone.
      }
    },
  });
  try {
    const outcome = await runExperiment(loaded, {
      reporter,
      runsDir: request.runsDir,
      signal: interrupts.signal,
      isSmoke: request.smoke,
      dumpGraph: request.dumpGraph,
      onFolder: (folder) => {
        directory = folder;
      },
    });
    return exitCodeOf(outcome, loaded);
  } finally {
    interrupts.stop();
  }
}

/** The spec with pairs and flags laid over it, so that origins.json tells of both. */
async function loadRequest({spec: path, overrides, shorthands}: RunRequest): Promise<LoadedExperiment> {
  const {tags, ...keys} = shorthands;
  const pairs = [...overrides];
  for (const [key, value] of Object.entries(keys)) {
    if (value !== undefined) pairs.push(`${key}=${JSON.stringify(value)}`);
  }
  const onDownload = downloadLines(process.stderr);
  const loaded = await loadExperiment({path}, {overrides: pairs, onDownload});
  if (tags.length === 0) return loaded;
  const all = [...new Set([...loaded.spec.tags, ...tags])];
  return loadExperiment({path}, {overrides: [...pairs, `tags=${JSON.stringify(all)}`]});
}

function exitCodeOf(outcome: RunOutcome, {spec}: LoadedExperiment): number {
  if (outcome.state === 'finished') return 0;
  if (outcome.state === 'interrupted') return new ExpError('INTERRUPTED', 'interrupted').exitCode;
  const {learningRate} = spec.training.optimizer;
  throw new ExpError(
    'DIVERGED',
    `training diverged: the loss became ${outcome.loss} in epoch ${outcome.epoch} at step ${outcome.step}`,
    `try a smaller training.optimizer.learningRate than ${learningRate}, and look for extreme values in the data`,
  );
}
