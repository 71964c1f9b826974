import {ExpError} from '../../../support/errors.js';
import type {SlurmSpec} from '../../section.js';

/** An option of sbatch; `undefined` for one without a value. */
export type SbatchOption = readonly [name: string, value: string | undefined];

/** Options that the executor depends on, and what a spec is to use instead. */
const reserved: Readonly<Record<string, string>> = {
  array: 'it follows from the trials and `parallel`',
  'job-name': 'by it the sweep finds its jobs again',
  output: 'logs are in the folder of the sweep',
  error: 'logs are in the folder of the sweep',
  'open-mode': 'a job that goes on appends to its log',
  signal: 'use `signalSeconds`',
  requeue: 'jobs are always queued again',
  'no-requeue': 'jobs that were pre-empted or lost their node must be queued again',
  parsable: 'the sweep reads what sbatch prints',
  wait: 'use --wait of exp sweep',
  wrap: 'the script is made by exp',
  'test-only': 'use --dry-run of exp sweep',
  chdir: 'jobs begin where exp sweep was started; use `setup: [cd …]`',
  partition: 'use `partition` of `slurm`',
  account: 'use `account` of `slurm`',
  qos: 'use `qos` of `slurm`',
  time: 'use `time` of `slurm`',
  mem: 'use `memory` of `slurm`',
  'cpus-per-task': 'use `cpus` of `slurm`',
  gres: 'use `gres` of `slurm`',
  constraint: 'use `constraint` of `slurm`',
};

/**
 * What a sweep asks of sbatch, besides what belongs to an array.
 * @throws ExpError SPEC_INVALID for options of `extra` that the executor sets itself
 */
export function requestedOptions(spec: SlurmSpec): readonly SbatchOption[] {
  const named: readonly (readonly [string, string | number | undefined])[] = [
    ['partition', spec.partition],
    ['account', spec.account],
    ['qos', spec.qos],
    ['time', spec.time],
    // Slurm knows 4G, not 4GB.
    ['mem', spec.memory?.replace(/B$/, '')],
    ['cpus-per-task', spec.cpus],
    ['gres', spec.gres],
    ['constraint', spec.constraint],
  ];
  const extra = Object.entries(spec.extra).flatMap(([name, value]): SbatchOption[] => {
    const instead = reserved[name];
    if (instead !== undefined) {
      throw new ExpError(
        'SPEC_INVALID',
        `slurm.extra.${name} is set by exp: ${instead}`,
        `remove ${name} from slurm.extra`,
      );
    }
    if (value === false) return [];
    return [[name, value === true ? undefined : String(value)]];
  });
  return [
    ...named.flatMap(([name, value]): SbatchOption[] => (value === undefined ? [] : [[name, String(value)]])),
    ...extra,
  ];
}
