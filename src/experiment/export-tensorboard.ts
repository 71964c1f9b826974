import {hparamsOf} from '../report/tensorboard-reporter.js';
import {writeEventFile} from '../runs/interop/event-file.js';
import type {Run} from '../runs/run.js';

/** What was written for a run. */
export interface ExportedEvents {
  readonly run: string;
  readonly path: string;
  readonly numScalars: number;
}

/**
 * Writes runs as TensorBoard's event files, a folder each, also of such as are under way.
 * @throws ExpError for runs that are not there, or a folder that cannot be written
 */
export function exportTensorboard(
  runs: readonly Run[],
  logFolder: string,
  warn: (message: string) => void,
): readonly ExportedEvents[] {
  return runs.map((run) => {
    const written = writeEventFile(run, logFolder, hparamsOf(run.resolvedSpec()));
    for (const warning of run.warnings) warn(`${run.key}: ${warning}`);
    if (written.numScalars === 0) warn(`${run.key}: has measured nothing yet`);
    return {run: run.key, ...written};
  });
}
