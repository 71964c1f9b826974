import {option, string} from '@oclif/core/flags';
import type {RunSelection} from '../experiment/select-runs.js';
import {readStates} from '../runs/read-state.js';

/** Flags that narrow down which runs a command is about. */
export const selectionFlags = {
  'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
  where: string({description: 'a condition that runs have to meet'}),
  tag: string({
    description: 'a tag that runs must have; may be given several times',
    multiple: true,
    multipleNonGreedy: true,
  }),
  state: option({
    options: readStates,
    aliases: ['status'],
    description: 'a state that runs must have; several separated by commas',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
  })(),
};

/** What such flags select among the runs that are named. */
export const selectionOf = (
  names: readonly unknown[],
  flags: {
    readonly 'runs-dir': string;
    readonly where?: string | undefined;
    readonly tag?: readonly string[] | undefined;
    readonly state?: RunSelection['states'];
  },
): RunSelection => ({
  references: names.map(String),
  runsDir: flags['runs-dir'],
  where: flags.where,
  tags: flags.tag,
  states: flags.state,
});
