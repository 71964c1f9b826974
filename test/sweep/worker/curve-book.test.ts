import t from 'tap';
import type {TrialRecord} from '../../../src/runs/sweep/records.js';
import {CurveBook} from '../../../src/sweep/worker/curve-book.js';

const record = (
  trial: number,
  reported: readonly (readonly [number, number])[],
  rest: Partial<TrialRecord> = {},
): TrialRecord => ({
  trial,
  point: trial,
  values: {},
  state: 'running',
  attempts: 1,
  startedAt: '2026-01-01T00:00:00Z',
  reported: new Map(reported),
  ...rest,
});

t.test('scores are lower for better, and ascend by epoch', async (t) => {
  const book = new CurveBook('maximize');
  const {trial, others} = book.requestFor(2, 2, [
    record(
      1,
      [
        [2, 0.7],
        [1, 0.5],
        [3, Number.NaN],
      ],
      {state: 'finished'},
    ),
    record(2, [
      [1, 0.4],
      [2, 0.6],
    ]),
    record(3, [], {state: 'pruned'}),
  ]);
  t.strictSame(
    [...trial.scores],
    [
      [1, -0.4],
      [2, -0.6],
    ],
  );
  t.equal(trial.isComplete, false);
  t.strictSame(
    others.map(({trial, isComplete, scores}) => [trial, isComplete, [...scores]]),
    [
      [
        1,
        true,
        [
          [1, -0.5],
          [2, -0.7],
          [3, Number.NaN],
        ],
      ],
      [3, false, []],
    ],
  );
});

t.test('what an earlier attempt reported of later epochs is not known yet', async (t) => {
  const book = new CurveBook('minimize');
  const again = record(
    1,
    [
      [1, 3],
      [2, 2],
      [3, 1],
    ],
    {attempts: 2},
  );
  t.strictSame([...book.requestFor(1, 2, [again]).trial.scores.keys()], [1, 2]);
});

t.test('a curve is made again when it has grown, ended, or is another attempt', async (t) => {
  const book = new CurveBook('minimize');
  const look = (of: TrialRecord) => book.requestFor(9, 1, [of]).others[0]!;
  const first = look(record(1, [[1, 3]]));
  t.equal(look(record(1, [[1, 3]])), first);
  t.strictSame(
    [
      ...look(
        record(1, [
          [1, 3],
          [2, 2],
        ]),
      ).scores.values(),
    ],
    [3, 2],
  );
  t.equal(
    look(
      record(
        1,
        [
          [1, 3],
          [2, 2],
        ],
        {state: 'finished'},
      ),
    ).isComplete,
    true,
  );
  t.strictSame(
    [
      ...look(
        record(
          1,
          [
            [1, 4],
            [2, 2],
          ],
          {attempts: 2},
        ),
      ).scores.values(),
    ],
    [4, 2],
  );
});
