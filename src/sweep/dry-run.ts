import {plural} from '../report/format.js';
import {type Sink, streamSink} from '../report/sink.js';
import {parameterText, parameterTitles} from '../report/sweep-cells.js';
import {renderTable} from '../report/table.js';
import type {ExecutorName} from './executors/create.js';
import {type LoadedSweep, placeOfTrial} from './loaded-sweep.js';
import {divideFor} from './parallel.js';
import {checkShard, type Shard, shardHas} from './shard.js';

export interface DryRunOptions {
  readonly shard: Shard | undefined;
  readonly parallel: number | 'auto' | undefined;
  readonly executor: ExecutorName | undefined;
  readonly runsDir: string;
}

const mostShown = 20;

/** Shows what a sweep would train, which has been checked by now. @returns the exit code @throws ExpError USAGE for a shard that cannot be */
export async function dryRun(sweep: LoadedSweep, options: DryRunOptions): Promise<number> {
  const {shard} = options;
  if (shard) checkShard(shard, sweep);
  const {spec, numTrials, metric, seeds, sampler} = sweep;
  const sink = streamSink(process.stdout);
  const {parallel, threads} = divideFor(spec, options);
  const executor = options.executor ?? spec.executor;
  const count = numTrials === undefined ? 'trials until time or target end it' : plural(numTrials, 'trial');
  const ofSeeds = seeds.length > 1 ? `, ${plural(seeds.length, 'seed')} each point` : '';
  const lines = [
    `${spec.name}: ${count}${ofSeeds}, sampler ${spec.sampler.type}${spec.pruner ? `, pruner ${spec.pruner.type}` : ''}`,
    `ranked by ${metric.name} (${metric.goal}); ${parallel} at a time on ${executor}, ${plural(threads, 'core')} each`,
    ...(shard ? [`shard ${shard.index} of ${shard.count}`] : []),
  ];
  sink.write(`${lines.join('\n')}\n\n`);
  for (const warning of sweep.warnings) process.stderr.write(`warning: ${warning}\n`);
  const last = Math.min(numTrials ?? mostShown, sampler.isAdaptive ? 0 : Number.POSITIVE_INFINITY);
  const names = sweep.space.parameters.map(({name}) => name);
  const rows: string[][] = [];
  let numLeftOut = 0;
  for (let trial = 1; trial <= last; trial++) {
    if (shard && !shardHas(shard, trial, seeds.length)) continue;
    if (rows.length >= mostShown) {
      numLeftOut++;
      continue;
    }
    const {point, seed} = placeOfTrial(sweep, trial);
    const values = sampler.suggest({point, seed: spec.seed, observations: []});
    const texts = names.map((name) => parameterText(values[name]));
    rows.push([String(trial), ...(seed === undefined ? [] : [String(seed)]), ...texts]);
  }
  if (rows.length === 0) {
    sink.write(`${spec.sampler.type} learns from the trials that are done, so their points are not known before\n`);
  } else showPoints(sweep, rows, numLeftOut, sink);
  if (executor === 'slurm') {
    const {slurmScripts} = await import('./executors/slurm/dry-run.js');
    sink.write(`\n${slurmScripts(sweep, {...options, parallel})}`);
  }
  return 0;
}

function showPoints(sweep: LoadedSweep, rows: string[][], numLeftOut: number, sink: Sink): void {
  const names = sweep.space.parameters.map(({name}) => name);
  const columns = ['trial', ...(sweep.seeds.length > 1 ? ['seed'] : []), ...parameterTitles(names)].map((title) => ({
    title,
    align: 'right' as const,
  }));
  sink.write(`${renderTable(columns, rows, {style: sink.style, width: sink.width})}`);
  if (numLeftOut > 0) sink.write(`… and ${numLeftOut} more\n`);
}
