import {comparable} from '../../spec/suggest.js';

const asha = 'write {type: asha}: successive halving without waiting';
const patience = 'write {type: patience, patience: 3}';
const population =
  'population-based training changes settings within a run, which is then no experiment that could be repeated; see Pruners in docs/sweeps.md';
const none = 'leave `pruner` out';

/** What to write for pruners that are none here, as people know them from Optuna, Ray, Keras Tuner and Determined. */
export const prunerHints: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    successiveHalving: asha,
    successiveHalvingPruner: asha,
    sha: asha,
    asyncHyperband: asha,
    asyncHyperBandScheduler: asha,
    ashaScheduler: asha,
    adaptiveAsha: 'write {type: asha, brackets: 3}',
    bohb: 'write {type: hyperband} with `sampler: tpe`',
    hyperbandPruner: 'write {type: hyperband}',
    hyperbandForBohb: 'write {type: hyperband} with `sampler: tpe`',
    medianStopping: 'write {type: median}',
    medianStoppingRule: 'write {type: median}',
    medianPruner: 'write {type: median}',
    percentilePruner: 'write {type: percentile, percentile: 25}',
    patient: patience,
    patientPruner: patience,
    earlyStopping: `${patience}, or \`training.earlyStopping\` in the experiment`,
    trialPlateau: patience,
    thresholdPruner: 'write {type: threshold, lower: …, upper: …}',
    pbt: population,
    pb2: population,
    populationBasedTraining: population,
    wilcoxon: 'there is none; with `seeds`, points are ranked by the mean over their seeds',
    wilcoxonPruner: 'there is none; with `seeds`, points are ranked by the mean over their seeds',
    nop: none,
    nopPruner: none,
    none,
    fifo: none,
  }).map(([name, hint]) => [comparable(name), hint]),
);
