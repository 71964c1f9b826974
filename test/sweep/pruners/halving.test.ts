import t from 'tap';
import {ExpError} from '../../../src/support/errors.js';
import {Rng} from '../../../src/support/random.js';
import {allotments, bracketOf} from '../../../src/sweep/pruners/halving.js';
import type {LearningCurve} from '../../../src/sweep/pruners/pruner.js';
import {fullCurve, makePruner, stopEpochs} from './replay.js';

/** A curve of one score for all of its epochs. */
const level = (score: number, numEpochs: number) => Array.from({length: numEpochs}, (_, i) => [i + 1, score] as const);

const running = (trial: number, score: number, numEpochs: number): LearningCurve => ({
  trial,
  isComplete: false,
  scores: new Map(level(score, numEpochs)),
});

t.test('a rung says who goes on', async (t) => {
  const others = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8].map((score, i) => running(i + 2, score, 3));
  const {decide} = makePruner({type: 'asha', eta: 3});
  t.equal(decide({trial: running(1, 0.45, 3), others}), 'asha: 5th of 9 at epoch 3; the best 3 go on');
  t.equal(decide({trial: running(1, 0.3, 3), others}), undefined, 'a tie with the last who goes on goes on');
  t.equal(decide({trial: running(1, 0.95, 2), others}), undefined, 'epoch 2 is no rung');
  t.equal(
    decide({trial: running(1, 0.95, 3), others: others.slice(0, 1)}),
    'asha: 2nd of 2 at epoch 3; the best goes on',
  );
  t.equal(decide({trial: running(1, 0.95, 3), others: []}), undefined, 'the best always goes on');
});

t.test('a metric reported every third epoch comes to rungs late', async (t) => {
  const late = (trial: number, scores: readonly (readonly [number, number])[]) => fullCurve(trial, scores);
  const {decide} = makePruner({type: 'asha', eta: 2, minEpochs: 2});
  const others = [
    late(2, [
      [3, 0.1],
      [6, 0.1],
    ]),
  ];
  t.match(decide({trial: late(1, [[3, 0.5]]), others}), /at epoch 3/, 'epoch 3 stands for the rung at 2');
  t.match(
    decide({
      trial: late(1, [
        [3, 0.05],
        [6, 0.5],
      ]),
      others,
    }),
    /at epoch 6/,
    'and 6 for the one at 4',
  );
  t.equal(
    decide({
      trial: late(1, [
        [3, 0.05],
        [6, 0.05],
        [7, 0.5],
      ]),
      others,
    }),
    undefined,
  );
});

t.test('no rung lies beyond maxEpochs, which is the length of a trial if left out', async (t) => {
  const curves = [level(0.1, 20), level(0.05, 8).concat(level(0.2, 20).slice(8))];
  t.strictSame(stopEpochs(makePruner({type: 'asha', eta: 3}), curves), [null, 9]);
  t.strictSame(stopEpochs(makePruner({type: 'asha', eta: 3, maxEpochs: 8}), curves), [null, null]);
  t.strictSame(stopEpochs(makePruner({type: 'asha', eta: 3}, {numEpochs: 20}), curves), [null, 9]);
});

t.test('brackets', async (t) => {
  // eta 3 and 27 epochs: the table of Li et al. 2018 has s + 1 of 4 rungs and n = 27, 12, 6, 4
  t.strictSame(allotments(4, 3), [27, 12, 6, 4]);
  const drawn = Array.from({length: 490}, (_, i) => bracketOf(i + 1, 'golden', allotments(4, 3)));
  // by Python: zlib.crc32(b'golden_0') % 49 is 31, which lies in [27, 27 + 12); and so on
  t.strictSame(drawn.slice(0, 12), [1, 3, 0, 1, 2, 0, 0, 2, 3, 0, 1, 2]);
  for (const [bracket, share] of allotments(4, 3).entries()) {
    const count = drawn.filter((other) => other === bracket).length;
    t.ok(Math.abs(count - 10 * share) < 5 * Math.sqrt(10 * share), `bracket ${bracket}: ${count} of 490`);
  }
  const bad = makePruner({type: 'hyperband', maxEpochs: 27});
  const first = drawn.indexOf(0) + 1;
  const last = drawn.indexOf(3) + 1;
  const others = drawn.map((_, i) => running(i + 1, 0.1, 1)).filter(({trial}) => trial !== first && trial !== last);
  t.match(
    bad.decide({trial: running(first, 0.5, 1), others}),
    /^hyperband: \d+(st|nd|rd|th) of \d+ of bracket 1 at epoch 1; the best \d+ go on$/,
  );
  t.equal(
    bad.decide({trial: running(last, 0.5, 1), others}),
    undefined,
    'the last bracket has no rung before epoch 27',
  );
});

t.test('243 epochs have six brackets, although the quotient of logarithms is below 5', async (t) => {
  const pruner = makePruner({type: 'hyperband', maxEpochs: 243});
  const last = Array.from({length: 2000}, (_, i) => i + 1).find(
    (trial) => bracketOf(trial, 'golden', allotments(6, 3)) === 5,
  )!;
  const others = Array.from({length: 2000}, (_, i) => running(i + 1, 0.1, 100)).filter(({trial}) => trial !== last);
  const answers = Array.from({length: 100}, (_, i) => pruner.decide({trial: running(last, 0.5, i + 1), others}));
  t.strictSame([...new Set(answers)], [undefined]);
});

t.test('what cannot be is refused', async (t) => {
  const message = (written: {type: string; [key: string]: unknown}, numEpochs?: number): string => {
    try {
      makePruner(written, {numEpochs});
    } catch (error) {
      if (error instanceof ExpError) return `${error.message} — ${error.hint}`;
      throw error;
    }
    return 'accepted';
  };
  t.equal(
    message({type: 'hyperband'}),
    'pruner hyperband needs maxEpochs, as the sweep varies training.epochs — give the most epochs that a trial has, e.g. {type: hyperband, maxEpochs: 27}',
  );
  t.equal(message({type: 'hyperband'}, 10), 'accepted');
  t.match(
    message({type: 'hyperband', minEpochs: 11}, 10),
    /first rung at epoch 11, and trials end with epoch 10: it would never stop one/,
  );
  t.match(
    message({type: 'asha', minEpochs: 11}, 10),
    /first rung at epoch 11, and trials end with epoch 10: it would never stop one/,
  );
  t.match(
    message({type: 'asha', brackets: 3}, 10),
    /3 brackets, the last of which would have its first rung at epoch 16, beyond the last epoch 10/,
  );
  t.equal(message({type: 'asha', brackets: 2}, 10), 'accepted');
  t.match(message({type: 'asha', minEpochs: 10}, 10), /first rung at epoch 10, and trials end with epoch 10/);
  t.match(
    message({type: 'asha', minEpochs: 5, maxEpochs: 4}),
    /first rung at epoch 5, beyond the maxEpochs of trials, 4/,
  );
});

t.test('whatever the order in which trials come to rungs', async (t) => {
  const eta = 3;
  for (let seed = 0; seed < 100; seed++) {
    const rng = Rng.fromSeed(seed);
    const curves = new Map<number, Map<number, number>>();
    const stopped = new Set<number>();
    const {decide} = makePruner({type: 'asha', eta});
    const waiting = Array.from({length: 30}, (_, i) => i + 1);
    const active: number[] = [];
    const came = new Map<number, number>();
    while (waiting.length > 0 || active.length > 0) {
      if (active.length === 0 || (waiting.length > 0 && rng.uniform() < 0.2)) active.push(waiting.shift()!);
      const trial = active[rng.below(active.length)]!;
      const scores = curves.get(trial) ?? new Map<number, number>();
      curves.set(trial, scores);
      const epoch = scores.size + 1;
      scores.set(epoch, rng.uniform());
      const others = [...curves]
        .filter(([other]) => other !== trial)
        .map(([other, scores]) => ({trial: other, isComplete: scores.size === 27 && !stopped.has(other), scores}));
      const answer = decide({trial: {trial, isComplete: false, scores}, others});
      if ([1, 3, 9, 27].includes(epoch)) {
        const numCame = (came.get(epoch) ?? 0) + 1;
        came.set(epoch, numCame);
        const better = [...curves.values()].filter((other) => (other.get(epoch) ?? 2) < scores.get(epoch)!).length;
        const goOn = answer === undefined;
        if (goOn && better + 1 > Math.ceil(numCame / eta))
          t.fail(`seed ${seed}: trial ${trial} passed as ${better + 1}th of ${numCame}`);
        if (!goOn && better + 1 <= Math.floor(numCame / eta))
          t.fail(`seed ${seed}: trial ${trial} was stopped as ${better + 1}th of ${numCame}`);
      } else if (answer !== undefined) t.fail(`seed ${seed}: stopped at epoch ${epoch}, which is no rung`);
      if (answer !== undefined || epoch === 27) {
        if (answer !== undefined) stopped.add(trial);
        active.splice(active.indexOf(trial), 1);
      }
    }
    const counts = [1, 3, 9, 27].map((epoch) => came.get(epoch) ?? 0);
    t.strictSame(
      counts,
      counts.toSorted((a, b) => b - a),
      'fewer come to a rung the farther it is',
    );
    t.ok(stopped.size > 0 && stopped.size < 30);
  }
});
