import t from 'tap';
import {Ledger} from '../../../src/runs/sweep/ledger.js';
import type {SweepRecord} from '../../../src/runs/sweep/records.js';

const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;

const started = (trial: number, attempt: number, second: number, session = 1): SweepRecord => ({
  type: 'started',
  at: at(second),
  session,
  trial,
  attempt,
  point: trial,
  values: {x: trial},
});

const ended = (
  trial: number,
  attempt: number,
  second: number,
  state: 'finished' | 'failed' | 'crashed' | 'interrupted' | 'diverged',
  more: object = {},
  session = 1,
): SweepRecord => ({type: 'ended', at: at(second), session, trial, attempt, state, ...more});

function ledgerOf(...records: readonly SweepRecord[]): Ledger {
  const ledger = new Ledger();
  ledger.add(records.map((record) => ({record})));
  return ledger;
}

t.test('a trial from its start to its end', async (t) => {
  const ledger = ledgerOf(started(2, 1, 1));
  t.match(ledger.get(2), {state: 'running', attempts: 1, startedAt: at(1)});
  ledger.add([{record: {type: 'reported', trial: 2, epoch: 1, value: 0.5}}]);
  ledger.add([{record: {type: 'reported', trial: 2, epoch: 2, value: 'NaN'}}]);
  ledger.add([{record: ended(2, 1, 9, 'finished', {value: 0.5, epoch: 1, epochs: 2, seconds: 8})}]);
  const trial = ledger.get(2)!;
  t.match(trial, {state: 'finished', value: 0.5, epoch: 1, epochs: 2, seconds: 8, endedAt: at(9)});
  t.same(
    [...trial.reported],
    [
      [1, 0.5],
      [2, Number.NaN],
    ],
  );
});

t.test('the order in which journals are read does not matter', async (t) => {
  const records = [
    started(1, 1, 1),
    ended(1, 1, 5, 'interrupted'),
    started(1, 2, 6, 2),
    ended(1, 2, 9, 'finished', {value: 3}, 2),
    started(2, 1, 2),
    {type: 'reported', trial: 2, epoch: 1, value: 4} as const,
  ];
  const told = JSON.stringify(ledgerOf(...records).trials);
  const different = [...permutations(records)].filter((order) => JSON.stringify(ledgerOf(...order).trials) !== told);
  t.same(different, []);
  t.match(ledgerOf(...records).trials, [
    {trial: 1, state: 'finished', attempts: 2, value: 3, startedAt: at(1), endedAt: at(9)},
    {trial: 2, state: 'running'},
  ]);
});

t.test('a new attempt makes what the one before came to void', async (t) => {
  const ledger = ledgerOf(started(1, 1, 1), ended(1, 1, 5, 'failed', {message: 'no'}), started(1, 2, 6));
  const trial = ledger.get(1)!;
  t.match(trial, {state: 'running', attempts: 2});
  t.notOk('message' in trial || 'endedAt' in trial);
});

t.test('an outcome outweighs a crash of the same attempt, whoever is heard first', async (t) => {
  const [crash, outcome] = [ended(1, 1, 5, 'crashed'), ended(1, 1, 4, 'finished', {value: 1})];
  t.equal(ledgerOf(started(1, 1, 1), crash, outcome).get(1)?.state, 'finished');
  t.equal(ledgerOf(started(1, 1, 1), outcome, crash).get(1)?.state, 'finished');
});

t.test('failures are counted by session; divergence and interruption are none', async (t) => {
  const ledger = ledgerOf(
    started(1, 1, 1),
    ended(1, 1, 2, 'crashed'),
    started(1, 2, 3),
    ended(1, 2, 4, 'failed'),
    started(1, 3, 5, 2),
    ended(1, 3, 6, 'interrupted', {}, 2),
    started(2, 1, 5, 2),
    ended(2, 1, 6, 'diverged', {}, 2),
  );
  t.equal(ledger.numFailures(1, 1), 2);
  t.equal(ledger.numFailures(1, 2), 0);
  t.equal(ledger.numFailures(2, 2), 0);
  t.equal(ledger.numFailures(3, 1), 0);
});

function* permutations<Item>(items: readonly Item[]): Iterable<readonly Item[]> {
  if (items.length <= 1) yield items;
  for (const [index, item] of items.entries()) {
    for (const rest of permutations(items.filter((_, other) => other !== index))) yield [item, ...rest];
  }
}
