import {readFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import type {SamplerSpec} from '../../../src/sweep/samplers/index.js';
import {mannWhitneyLess} from '../mann-whitney.js';
import {branin, hartmann6, regrets} from './objectives.js';

/** What 30 seeds of Optuna come to; bench/sampler-regret.ts compares all samplers with it. */
type Regrets = Readonly<Record<string, Readonly<Record<string, {readonly q25: number; readonly q75: number}>>>>;
const optuna = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../../../bench/results/optuna-5.0-regret.json'), 'utf8'),
) as Regrets;

const tpe = {type: 'tpe', startupTrials: 10, candidates: 24, multivariate: true} as const;

t.test('after 100 points tpe is as near the least value as Optuna 5.0, and nearer than random', async (t) => {
  for (const objective of [branin, hartmann6]) {
    const [random, ours] = ([{type: 'random'}, tpe] as const).map((spec: SamplerSpec) =>
      Array.from({length: 30}, (_, seed) => regrets(spec, objective, seed, 100).at(-1)!),
    );
    const sorted = ours!.toSorted((a, b) => a - b);
    const median = (sorted[14]! + sorted[15]!) / 2;
    const {q25, q75} = optuna[`${objective.name}/tpe_mv`]!['100']!;
    t.ok(median >= q25 && median <= q75, `${objective.name}: ${median} of ${q25} to ${q75}`);
    const p = mannWhitneyLess(ours!, random!);
    t.ok(p < 0.01, `better than random: p ${p}`);
  }
});

t.test('so is cmaEs nearer than random', async (t) => {
  for (const objective of [branin, hartmann6]) {
    const [random, ours] = ([{type: 'random'}, {type: 'cmaEs', sigma: 0.2, restarts: true}] as const).map(
      (spec: SamplerSpec) => Array.from({length: 12}, (_, seed) => regrets(spec, objective, seed, 100).at(-1)!),
    );
    const p = mannWhitneyLess(ours!, random!);
    t.ok(p < 0.01, `${objective.name}: p ${p}`);
  }
});
