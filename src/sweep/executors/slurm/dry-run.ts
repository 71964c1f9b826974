import path from 'node:path';
import type {LoadedSweep} from '../../loaded-sweep.js';
import {type Shard, shardHas} from '../../shard.js';
import {slurmSpecOf, tasksFor} from '../create.js';
import {programPath} from '../worker-command.js';
import {SlurmExecutor} from './executor.js';

/** What sbatch would be given; only the folder's name is not known before there is one. @throws ExpError SPEC_INVALID, USAGE */
export function slurmScripts(
  sweep: Pick<LoadedSweep, 'spec' | 'sampler' | 'numTrials' | 'seeds'>,
  {runsDir, parallel, shard}: {readonly runsDir: string; readonly parallel: number; readonly shard: Shard | undefined},
): string {
  const {spec, numTrials, seeds} = sweep;
  const sweepId = `${spec.name}-DATE-TIME-NAME`;
  const executor = new SlurmExecutor({
    sweepFolder: path.resolve(runsDir, sweepId),
    sweepId,
    spec: slurmSpecOf(spec),
    parallel,
    startFolder: process.cwd(),
    command: [process.execPath, programPath()],
  });
  const trials = Array.from({length: numTrials ?? 0}, (_, index) => index + 1);
  const missing = trials.filter((trial) => !shard || shardHas(shard, trial, seeds.length));
  return executor.scripts(tasksFor({sweep}, {name: 'slurm', parallel, shard, missing})).join('\n');
}
