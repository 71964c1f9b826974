import {isSweepRoot} from '../experiment/spec-kind.js';
import type {OtherReport} from '../experiment/validate.js';
import {downloadLines, noticeLines} from '../report/download-lines.js';
import {readTree} from '../spec/load.js';
import {ExpError} from '../support/errors.js';

/** What validation says of a sweep. @returns undefined for a file that is none @throws ExpError with every mistake */
export const reportOfSweep: OtherReport = async (path, overrides, runsDir) => {
  if (!(await isSweep(path))) return undefined;
  // What sweeps are made of is loaded where there is one.
  const {loadSweep} = await import('./load.js');
  const {numTrials, numPoints, seeds, warnings} = await loadSweep(
    {path},
    {overrides, onDownload: downloadLines(process.stderr), notify: noticeLines(process.stderr), runsDir},
  );
  const plan = {...(numTrials === undefined ? {} : {numTrials}), ...(numPoints === undefined ? {} : {numPoints})};
  return {path, valid: true, warnings, sweep: {...plan, numSeeds: seeds.length}};
};

/** Whether a file says what varies. What is wrong with it otherwise is not for this to tell. */
export async function isSweep(path: string): Promise<boolean> {
  try {
    const {root} = await readTree({path}, []);
    return isSweepRoot(root);
  } catch (error) {
    if (error instanceof ExpError) return false;
    throw error;
  }
}
