import {readdirSync} from 'node:fs';
import path from 'node:path';
import {leavesOf, type Value} from '../comparison/compared-run.js';
import {LiveEventFile, specTextOf} from '../runs/interop/event-file.js';
import type {SessionStatus} from '../runs/interop/event-records.js';
import {inGroup, tagged} from '../runs/interop/scalars.js';
import {readRun} from '../runs/run.js';
import type {RunReporter} from './reporter.js';

/** Not settings: what a run is called. */
const names = /^(name|description|tags)(\.|$)/;

/** Every leaf of a resolved spec that sets something. */
export const hparamsOf = (resolved: unknown): ReadonlyMap<string, Value> =>
  new Map([...leavesOf(resolved)].filter(([key]) => !names.test(key)));

/**
 * Writes an event file into the run folder while a run trains (`exp run --tensorboard`), so that `tensorboard --logdir runs` shows it live.
 * A run that is resumed gets a further file, which takes the place of what an earlier one says of the same steps.
 * @param options.onlyWhereBegun goes on with runs that have such a file, and begins none
 */
export function tensorboardReporter(options: {
  readonly onlyWhereBegun: boolean;
  readonly logEverySteps: number;
}): RunReporter {
  const {onlyWhereBegun, logEverySteps} = options;
  let file: LiveEventFile | undefined;
  let isFirstStep = true;
  let lastStep = 0;
  const close = (status: SessionStatus): void => {
    file?.end(status);
    file?.close();
    file = undefined;
  };
  return {
    planned({path: folder, group}) {
      if (folder === undefined || (onlyWhereBegun && !hasEventFile(folder))) return;
      const run = readRun(folder);
      file = new LiveEventFile(folder, {
        startSeconds: Date.now() / 1000,
        hparams: hparamsOf(run.resolvedSpec()),
        groupName: group?.id ?? path.basename(folder),
        specText: specTextOf(run),
      });
      isFirstStep = true;
    },
    listen(event) {
      if (!file) return;
      if (event.type === 'step') {
        if (isFirstStep) file.restart(event.step);
        isFirstStep = false;
        lastStep = event.step;
        if (event.step % logEverySteps !== 0) return;
        const {batchLoss, learningRate, running} = event;
        file.append(event.step, inGroup('steps', {batchLoss, learningRate, ...running}));
      } else if (event.type === 'validated') file.append(event.step, tagged(event.metrics));
      else if (event.type === 'epochEnded') {
        const {step, learningRate, metrics, trainMillis, evaluateMillis, numExamples} = event;
        const timing = {
          trainSeconds: trainMillis / 1000,
          evaluateSeconds: evaluateMillis / 1000,
          examplesPerSecond: (1000 * numExamples) / trainMillis,
        };
        file.append(step, {...tagged({learningRate, ...metrics}), ...inGroup('timing', timing)});
      } else if (event.type === 'tested') file.append(lastStep, tagged(event.metrics));
    },
    warn: () => {},
    ended: ({state}) => close(state === 'finished' ? 'success' : 'failure'),
    close: () => close('failure'),
  };
}

const hasEventFile = (folder: string): boolean => readdirSync(folder).some((name) => name.includes('.tfevents.'));
