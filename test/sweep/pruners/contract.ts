import type {Test} from 'tap';
import {Rng} from '../../../src/support/random.js';
import type {LearningCurve, PruningRequest} from '../../../src/sweep/pruners/pruner.js';
import {type Curve, fullCurve, makePruner, stopEpochs, type WrittenPruner} from './replay.js';

const numEpochs = 20;

/** Curves that fall at different speeds to different levels; one in ten scores is NaN. */
function drawCurves(rng: Rng, numTrials: number): Curve[] {
  return Array.from({length: numTrials}, () => {
    const level = rng.uniform();
    const speed = 0.05 + rng.uniform() / 2;
    return Array.from({length: numEpochs}, (_, i) => {
      const score = level + Math.exp(-speed * (i + 1)) + rng.normal() / 10;
      return [i + 1, rng.uniform() < 0.1 ? Number.NaN : score] as const;
    });
  });
}

/** What is asked about a trial after each of its epochs, beside trials that have come to different epochs. */
function drawRequests(rng: Rng): PruningRequest[] {
  const curves = drawCurves(rng, 12);
  const others = curves.slice(1).map((curve, i): LearningCurve => {
    const length = rng.uniform() < 0.6 ? numEpochs : rng.below(numEpochs + 1);
    return {trial: i + 2, isComplete: length === numEpochs, scores: new Map(curve.slice(0, length))};
  });
  return curves[0]!.map((_, i) => ({
    trial: {trial: 1, isComplete: false, scores: new Map(curves[0]!.slice(0, i + 1))},
    others,
  }));
}

/** What every pruner keeps to; a test of a pruner calls it with one that stops some of forty curves. */
export function pruningContract(t: Test, written: WrittenPruner): void {
  const title = JSON.stringify(written);
  const rng = Rng.fromSeed(5);
  const requests = Array.from({length: 40}, (_, i) => drawRequests(rng.split(i))).flat();

  t.test(`${title} keeps to the contract of pruners`, async (t) => {
    const pruner = makePruner(written);
    const answers = requests.map((request) => pruner.decide(request));
    const alone = requests.map(({trial}) => pruner.decide({trial, others: []}));
    t.equal(
      pruner.comparesTrials,
      JSON.stringify(alone) !== JSON.stringify(answers),
      'it says whether it compares trials',
    );
    t.ok(
      answers.some((answer) => answer !== undefined),
      'it stops some',
    );
    t.ok(answers.includes(undefined), 'it lets some go on');
    t.strictSame(
      requests.toReversed().map((request) => makePruner(written).decide(structuredClone(request))),
      answers.toReversed(),
      'the same question, asked of another instance, in another order, gets the same answer',
    );
    t.strictSame(
      requests.map(({trial, others}) => pruner.decide({trial, others: others.toReversed()})),
      answers,
      'others are in no order',
    );
    for (const [i, answer] of answers.entries())
      if (answer !== undefined) {
        const epoch = [...requests[i]!.trial.scores.keys()].at(-1);
        t.match(answer, new RegExp(`^${written.type === 'patience' ? '\\w+' : written.type}: .* epoch ${epoch}\\b`));
      }
    t.equal(
      pruner.decide({trial: {trial: 1, isComplete: false, scores: new Map()}, others: requests[0]!.others}),
      undefined,
      'nothing is stopped before its first epoch',
    );
  });

  t.test(`${title} takes NaN for the worst, and for nobody's rival`, async (t) => {
    const pruner = makePruner(written);
    const finished = drawCurves(rng.split('finished'), 8).map((curve, i) => fullCurve(i + 2, curve));
    const isStopped = Array.from({length: numEpochs}, (_, i) => {
      const scores = new Map(Array.from({length: i + 1}, (_, epoch) => [epoch + 1, Number.NaN] as const));
      return pruner.decide({trial: {trial: 1, isComplete: false, scores}, others: finished}) !== undefined;
    });
    t.ok(isStopped.includes(true), 'a trial of nothing but NaN is stopped');
    const nothing = new Map(Array.from({length: numEpochs}, (_, i) => [i + 1, Number.NaN] as const));
    const broken = Array.from(
      {length: 8},
      (_, i): LearningCurve => ({trial: i + 2, isComplete: true, scores: nothing}),
    );
    const good = new Map(Array.from({length: numEpochs}, (_, i) => [i + 1, 1 / (i + 1)] as const));
    t.equal(pruner.decide({trial: {trial: 1, isComplete: false, scores: good}, others: broken}), undefined);
  });

  t.test(`${title} never stops a trial after its last epoch, where nothing is left to save`, async (t) => {
    const curves = drawCurves(rng.split('whole'), 40);
    for (let last = 1; last <= 4; last++) {
      const short = curves.map((curve) => curve.slice(0, last));
      t.notOk(stopEpochs(makePruner(written, {numEpochs: 4}), short).includes(4));
    }
    t.ok(stopEpochs(makePruner(written), curves).some((epoch) => epoch !== null));
  });

  t.test(`${title} stops the same trials of a metric that is to grow`, async (t) => {
    const curves = drawCurves(rng.split('goal'), 40);
    const bounds = written.type === 'threshold' ? {lower: -Number(written.upper), upper: undefined} : {};
    const mirrored = makePruner({...written, ...bounds}, {goal: 'maximize'});
    t.strictSame(stopEpochs(mirrored, curves), stopEpochs(makePruner(written), curves));
  });
}
