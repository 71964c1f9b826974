import path from 'node:path';

/** The names inside a sweep folder. No other room spells them. */
export const sweepFiles = {
  /** The sweep file as the user wrote it. */
  spec: 'sweep.yaml',
  /** Everything resolved, the experiment within: what trials are made of, whatever becomes of the files it came from. */
  resolved: 'resolved.yaml',
  /** What is fixed for good when the sweep begins. Written last of the inputs: present ⇔ the folder is a sweep. */
  plan: 'sweep.json',
  /** Who coordinates it now, and whether it is done. */
  status: 'status.json',
  /** Written when nothing is left to do. */
  summary: 'summary.json',
  /** A request to end it; removed by a resume. */
  stop: 'stop.json',
  /** `<worker>.jsonl`, one writer each. */
  journal: 'journal',
  /** `0001`, `0002`, …, each the folder of a run. */
  trials: 'trials',
  /** What workers print. */
  logs: 'logs',
} as const;

export type SweepFile = keyof typeof sweepFiles;

/** What makes the folder of a run that of a trial. */
export const trialFile = 'trial.json';

/** A claim of a trial: `attempt-1.json`. */
export const attemptFile = (attempt: number): string => `attempt-${attempt}.json`;

export const attemptOf = (fileName: string): number | undefined => {
  const [, digits] = /^attempt-(\d+)\.json$/.exec(fileName) ?? [];
  return digits === undefined ? undefined : Number(digits);
};

/** `0007`; longer from 10,000 on. */
export const trialName = (trial: number): string => String(trial).padStart(4, '0');

export const trialFolder = (sweepFolder: string, trial: number): string =>
  path.join(sweepFolder, sweepFiles.trials, trialName(trial));

/** The number of a trial's folder; undefined for any other name. */
export function trialOf(name: string): number | undefined {
  const trial = /^\d{4,9}$/.test(name) ? Number(name) : 0;
  return trial > 0 && trialName(trial) === name ? trial : undefined;
}

/** `mnist-lr-20261123-201500-abcd/trials/0007`: what tells a trial's folder from all others; undefined for the folder of another run. */
export function trialKey(folder: string): string | undefined {
  const [sweep, trials, name] = path.resolve(folder).split(path.sep).slice(-3);
  const isTrial = trials === sweepFiles.trials && name !== undefined && trialOf(name) !== undefined;
  return isTrial && sweep ? `${sweep}/${trials}/${name}` : undefined;
}
