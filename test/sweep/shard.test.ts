import t from 'tap';
import {parseBytes} from '../../src/sweep/executors/local/bytes.js';
import {coresOfSlot} from '../../src/sweep/executors/local/cores.js';
import {formatTrials, parseTrials} from '../../src/sweep/executors/worker-command.js';
import {divideCores} from '../../src/sweep/parallel.js';
import {parseShard, shardHas} from '../../src/sweep/shard.js';

t.test('shards divide all trials among them, the seeds of a point together', async (t) => {
  for (const [count, numSeeds] of [
    [4, 1],
    [3, 2],
    [7, 3],
  ] as const) {
    const shards = Array.from({length: count}, (_, index) => ({index: index + 1, count}));
    for (let trial = 1; trial <= 60; trial++) {
      const own = shards.filter((shard) => shardHas(shard, trial, numSeeds));
      t.equal(own.length, 1);
      const first = trial - ((trial - 1) % numSeeds);
      t.ok(shardHas(own[0]!, first, numSeeds));
    }
  }
});

t.test('--shard', async (t) => {
  t.same(parseShard('2/4'), {index: 2, count: 4});
  for (const text of ['0/4', '5/4', '2', '2/0', 'a/b', '-1/2', '1/4/5'])
    t.throws(() => parseShard(text), {code: 'USAGE'});
});

t.test('lists of trials', async (t) => {
  t.equal(formatTrials([9, 3, 7, 8, 8]), '3,7-9');
  t.same([...parseTrials('3,7-9')!], [3, 7, 8, 9]);
  for (const text of ['', '0', '3-2', 'a', '1,,2', '-3']) t.equal(parseTrials(text), undefined, text);
});

t.test('cores are divided, and given out where all are used', async (t) => {
  t.same(divideCores({parallel: 'auto'}, 8), {parallel: 8, threads: 1});
  t.same(divideCores({parallel: 'auto', threads: 3}, 8), {parallel: 2, threads: 3});
  t.same(divideCores({parallel: 4}, 8), {parallel: 4, threads: 2});
  t.same(divideCores({parallel: 16}, 8), {parallel: 16, threads: 1});
  t.equal(coresOfSlot([0, 1, 4, 5], {slot: 1, parallel: 2, threads: 2}), '4,5');
  t.equal(coresOfSlot([0, 1, 4, 5], {slot: 0, parallel: 2, threads: 1}), undefined, 'cores would be left over');
  t.equal(coresOfSlot(undefined, {slot: 0, parallel: 2, threads: 1}), undefined);
});

t.test('amounts of memory', async (t) => {
  t.equal(parseBytes('1.5GiB'), 1_610_612_736);
  t.equal(parseBytes('500MB'), 500_000_000);
});
