import {isDeepStrictEqual} from 'node:util';
import {plural} from '../report/format.js';
import {printable} from '../report/printable.js';
import {streamSink} from '../report/sink.js';
import {readTrialFile} from '../runs/sweep/attempts.js';
import {findSweepFolder, trialFolders} from '../runs/sweep/find-sweeps.js';
import {ExpError} from '../support/errors.js';
import {openJob} from './worker/job.js';
import {suggestAgain} from './worker/suggest.js';

/** One trial whose values are not what its sampler says of it. */
export interface Deviation {
  readonly trial: number;
  readonly recorded: Readonly<Record<string, unknown>>;
  readonly suggested: Readonly<Record<string, unknown>>;
}

/**
 * Asks the sampler for every trial of a sweep again, with the records that it had been shown then.
 * @throws ExpError RUN_NOT_FOUND, DATA_INVALID
 */
export async function auditSweep(
  folder: string,
): Promise<{readonly numTrials: number; readonly deviations: readonly Deviation[]}> {
  const job = await openJob(folder);
  const files = trialFolders(folder).flatMap((trial) => readTrialFile(trial) ?? []);
  const deviations = files.flatMap((file) => {
    // Seeds of one point share what its first trial was told.
    const suggested = suggestAgain(job, file);
    return isDeepStrictEqual(suggested, file.values) ? [] : [{trial: file.trial, recorded: file.values, suggested}];
  });
  return {numTrials: files.length, deviations};
}

/** `exp sweep audit`. @returns the exit code @throws ExpError NOT_REPEATED */
export async function auditCommand(request: {
  readonly reference: string;
  readonly runsDir: string;
  readonly json: boolean;
}): Promise<number> {
  const folder = findSweepFolder(request.reference, request.runsDir);
  const {numTrials, deviations} = await auditSweep(folder);
  const sink = streamSink(process.stdout);
  if (request.json) sink.write(`${JSON.stringify({numTrials, deviations})}\n`);
  else if (deviations.length === 0) {
    sink.write(
      `${plural(numTrials, 'trial')}: each has the values that its sampler suggests for what was known then\n`,
    );
  } else {
    for (const {trial, recorded, suggested} of deviations) {
      const lines = [
        `trial ${trial}`,
        `  recorded   ${JSON.stringify(recorded)}`,
        `  suggested  ${JSON.stringify(suggested)}`,
      ];
      sink.write(`${lines.map(printable).join('\n')}\n`);
    }
  }
  if (deviations.length === 0) return 0;
  throw new ExpError(
    'NOT_REPEATED',
    `${deviations.length} of ${plural(numTrials, 'trial')} have other values than their sampler suggests`,
    'journals or trial.json were changed, or another version of exp made them',
  );
}
