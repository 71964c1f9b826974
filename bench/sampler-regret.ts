/**
 * How near the best of 25, 50 and 100 points comes to the least value of Branin's and Hartmann's functions, sampler by sampler: the median
 * and quartiles of 30 seeds, beside those of Optuna; and whether each sampler is better than random (Mann–Whitney, one-sided).
 *
 *   node --import tsx bench/sampler-regret.ts [--seeds 30] [--out bench/results/sampler-regret.json]
 *
 * The figures of Optuna are in bench/results/optuna-*-regret.json; bench/peers/optuna-regret.py makes them.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {parseArgs} from 'node:util';
import type {SamplerSpec} from '../src/sweep/samplers/index.js';
import {mannWhitneyLess} from '../test/sweep/mann-whitney.js';
import {branin, hartmann6, regrets} from '../test/sweep/samplers/objectives.js';
import {describeMachine} from './machine.js';

const {values: flags} = parseArgs({
  options: {
    seeds: {type: 'string', default: '30'},
    out: {type: 'string', default: 'bench/results/sampler-regret.json'},
  },
});
const numSeeds = Number(flags.seeds);
const checkpoints = [25, 50, 100];

const specs: Readonly<Record<string, SamplerSpec>> = {
  random: {type: 'random'},
  sobol: {type: 'sobol', scramble: true},
  tpe: {type: 'tpe', startupTrials: 10, candidates: 24, multivariate: true},
  'tpe-univariate': {type: 'tpe', startupTrials: 10, candidates: 24, multivariate: false},
  cmaEs: {type: 'cmaEs', sigma: 0.2, restarts: true},
};

interface Quartiles {
  readonly q25: number;
  readonly median: number;
  readonly q75: number;
}

/** As numpy does it: linear between the two nearest. */
function linearQuantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
  return below + (at - Math.floor(at)) * (above - below);
}

const quartiles = (values: readonly number[]): Quartiles => ({
  q25: linearQuantile(values, 0.25),
  median: linearQuantile(values, 0.5),
  q75: linearQuantile(values, 0.75),
});

const readRegret = (name: string): Readonly<Record<string, Readonly<Record<string, Quartiles>>>> =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, 'results', name), 'utf8'));
const optuna = {'3.1.0': readRegret('optuna-3.1.0-regret.json'), '5.0': readRegret('optuna-5.0-regret.json')};

const digits = (value: number): string => value.toPrecision(2);
const shown = ({q25, median, q75}: Quartiles): string => `${digits(median)} [${digits(q25)}, ${digits(q75)}]`;

console.log(describeMachine());
const results: Record<string, unknown> = {};
for (const objective of [branin, hartmann6]) {
  const atEnd = new Map<string, readonly number[]>();
  for (const [name, spec] of Object.entries(specs)) {
    const start = performance.now();
    const curves = Array.from({length: numSeeds}, (_, seed) => regrets(spec, objective, seed, checkpoints.at(-1)!));
    const millis = (performance.now() - start) / (numSeeds * checkpoints.at(-1)!);
    const at = Object.fromEntries(checkpoints.map((n) => [n, quartiles(curves.map((curve) => curve[n - 1]!))]));
    atEnd.set(
      name,
      curves.map((curve) => curve.at(-1)!),
    );
    const p = mannWhitneyLess(atEnd.get(name)!, atEnd.get('random')!);
    results[`${objective.name}/${name}`] = {...at, betterThanRandom: p};
    const line = checkpoints.map((n) => `${n}: ${shown(at[n]!)}`).join('  ');
    console.log(`${objective.name} ${name.padEnd(14)} ${line}  p ${digits(p)}  ${digits(millis)} ms a point`);
  }
  for (const [version, regret] of Object.entries(optuna)) {
    for (const key of Object.keys(regret).filter((other) => other.startsWith(`${objective.name}/`))) {
      const line = checkpoints.map((n) => `${n}: ${shown(regret[key]![n]!)}`).join('  ');
      console.log(`Optuna ${version} ${key.padEnd(24)} ${line}`);
    }
  }
}
writeFileSync(flags.out, `${JSON.stringify({machine: describeMachine(), seeds: numSeeds, results}, null, 2)}\n`);
