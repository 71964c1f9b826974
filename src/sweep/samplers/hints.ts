import {comparable} from '../../spec/suggest.js';

const tpe = 'write {type: tpe}';
const univariate = 'write {type: tpe, multivariate: false}';
const cmaEs = 'write {type: cmaEs}';
const gaussianProcess = 'there is none; tpe learns from the trials too, at a cost that hardly grows with them';
const evolution = 'there is none; cmaEs evolves numbers, tpe takes choices as well';
const population =
  'population-based training changes settings within a run, which is then no experiment that could be repeated; see Pruners in docs/sweeps.md';
const withPruner = (pruner: string): string => `write \`sampler: tpe\` with \`pruner: ${pruner}\``;

/** What to write for samplers that are none here, as people know them from Optuna, Ray, Keras Tuner, W&B and Hydra. */
export const samplerHints: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    gridSearch: 'write {type: grid}',
    gridSampler: 'write {type: grid}',
    bruteForce: 'write {type: grid}',
    bruteForceSampler: 'write {type: grid}',
    randomSearch: 'write {type: random}',
    randomSampler: 'write {type: random}',
    uniform: 'write {type: random}',
    qmc: 'write {type: sobol}',
    qmcSampler: 'write {type: sobol}',
    quasiRandom: 'write {type: sobol}',
    halton: 'write {type: sobol}, which is as even',
    latinHypercube: 'write {type: sobol}, which is even in several parameters at once too',
    lhs: 'write {type: sobol}, which is even in several parameters at once too',
    tpeSampler: tpe,
    hyperopt: univariate,
    hyperoptSearch: univariate,
    optuna: tpe,
    optunaSearch: tpe,
    treeParzen: tpe,
    parzen: tpe,
    bayes: `${tpe}, or see docs/sweeps.md for which sampler is for what`,
    bayesian: `${tpe}, or see docs/sweeps.md for which sampler is for what`,
    bayesianOptimization: `${tpe}, or see docs/sweeps.md for which sampler is for what`,
    gp: gaussianProcess,
    gpSampler: gaussianProcess,
    gaussianProcess,
    cma: cmaEs,
    cmaEsSampler: cmaEs,
    nevergrad: cmaEs,
    nsga: evolution,
    nsgaii: evolution,
    nsgaiiSampler: evolution,
    genetic: evolution,
    evolutionary: evolution,
    differentialEvolution: evolution,
    bohb: withPruner('hyperband'),
    hyperband: withPruner('hyperband'),
    asha: withPruner('asha'),
    pbt: population,
    populationBasedTraining: population,
  }).map(([name, hint]) => [comparable(name), hint]),
);
