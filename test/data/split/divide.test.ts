import t from 'tap';
import {checkSplit} from '../../../src/data/split/check-split.js';
import {type Divisible, divide} from '../../../src/data/split/divide.js';
import type {SplitSpec} from '../../../src/data/split/section.js';
import {Rng} from '../../../src/support/random.js';
import {readReference} from '../../reference/read.js';

const path = 'data.validation';
const noun = 'training examples';

/** Examples of a table: its columns by name. */
function table(columns: Record<string, readonly string[]>, labels?: Int32Array): Divisible {
  const [first] = Object.values(columns);
  return {
    numExamples: first!.length,
    labels,
    column: (name) => columns[name]!,
    keys: () => first!,
  };
}

/** `n` examples that are told apart by their numbers. */
const plain = (n: number, labels?: Int32Array): Divisible =>
  table({id: Array.from({length: n}, (_, i) => `example ${i}`)}, labels);

function split(spec: Partial<SplitSpec>, examples: Divisible, seed = 1) {
  const whole = {stratify: false, ...spec};
  checkSplit(whole, path);
  return divide(whole, examples, {path, noun, rng: Rng.fromSeed(seed)});
}

/** What each of the folds holds out. */
const foldsOf = (spec: Partial<SplitSpec> & {kFold: number}, examples: Divisible, seed = 1) =>
  Array.from({length: spec.kFold}, (_, i) => split({...spec, fold: i + 1}, examples, seed));

const all = (n: number): number[] => Array.from({length: n}, (_, i) => i);
const ascending = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

/** Sizes and numbers of folds to try, from the smallest on. */
const sizes: readonly (readonly [n: number, k: number])[] = [
  [2, 2],
  [5, 5],
  [7, 3],
  [10, 3],
  [64, 5],
  [101, 10],
  [1000, 7],
];

t.test(
  'k folds: each example is held out once, sizes differ by at most one, the first folds are the larger ones',
  async (t) => {
    for (const [n, k] of sizes) {
      const folds = foldsOf({kFold: k}, plain(n));
      t.strictSame(ascending(folds.flatMap(({held}) => [...held])), all(n), `${n} examples in ${k} folds`);
      const lengths = folds.map(({held}) => held.length);
      t.strictSame(
        lengths,
        lengths.map((_, i) => Math.floor(n / k) + (i < n % k ? 1 : 0)),
      );
      for (const {kept, held} of folds) t.strictSame(ascending([...kept, ...held]), all(n));
    }
  },
);

t.test('folds are those of splitSeed, whatever the seed of the run', async (t) => {
  const one = foldsOf({kFold: 5}, plain(50), 1);
  t.strictSame(foldsOf({kFold: 5}, plain(50), 2), one);
  t.strictSame(foldsOf({kFold: 5, splitSeed: 0}, plain(50), 3), one);
  t.notSame(foldsOf({kFold: 5, splitSeed: 1}, plain(50)), one);
  t.strictSame(split({kFold: 5}, plain(50)), one[0], 'without `fold` it is the first one');
});

t.test('a fraction follows the seed of the run unless it has a splitSeed', async (t) => {
  const held = (spec: Partial<SplitSpec>, seed: number) => split({fraction: 0.2, ...spec}, plain(50), seed).held;
  t.notSame(held({}, 1), held({}, 2));
  t.strictSame(held({splitSeed: 4}, 1), held({splitSeed: 4}, 2));
  t.notSame(held({splitSeed: 4}, 1), held({splitSeed: 5}, 1));
});

t.test('stratified folds: sizes and the count of each class differ by at most one', async (t) => {
  const rng = Rng.fromSeed(7);
  for (const [n, k] of sizes.slice(2)) {
    // One class in two, one in four, one in four; in no order.
    const labels = Int32Array.from({length: n}, () => [0, 0, 1, 2][rng.below(4)]!);
    const folds = foldsOf({kFold: k, stratify: true}, plain(n, labels));
    t.strictSame(ascending(folds.flatMap(({held}) => [...held])), all(n));
    for (const label of [undefined, 0, 1, 2]) {
      const counts = folds.map(({held}) => held.filter((i) => label === undefined || labels[i] === label).length);
      t.ok(Math.max(...counts) - Math.min(...counts) <= 1, `class ${label} of ${n} in ${k} folds: ${counts}`);
    }
  }
});

t.test('groups never straddle, and folds of groups are about equal', async (t) => {
  const rng = Rng.fromSeed(3);
  const patients = Array.from({length: 300}, () => `P${Math.floor(40 * rng.uniform() * rng.uniform())}`);
  const examples = table({patient: patients});
  const groupsIn = (rows: Uint32Array) => new Set([...rows].map((row) => patients[row]));
  const folds = foldsOf({kFold: 4, group: 'patient'}, examples);
  const parts = [
    ...folds,
    split({fraction: 0.3, group: 'patient'}, examples),
    split({fraction: 0.3, group: 'patient', by: 'hash'}, examples),
  ];
  for (const {kept, held} of parts) {
    t.equal(kept.length + held.length, 300);
    const [left, right] = [groupsIn(kept), groupsIn(held)];
    t.strictSame(
      [...left].filter((group) => right.has(group)),
      [],
    );
  }
  t.strictSame(ascending(folds.flatMap(({held}) => [...held])), all(300));
  const largest = Math.max(
    ...[...groupsIn(Uint32Array.from(all(300)))].map((group) => patients.filter((other) => other === group).length),
  );
  const lengths = folds.map(({held}) => held.length);
  t.ok(Math.max(...lengths) - Math.min(...lengths) <= largest, `${lengths}`);
});

t.test('folds of groups by hand', async (t) => {
  // Groups of 4, 3, 2, 2 and 1: 4 | 3 | 2 → third; 2 → third (2 + 2); 1 → second (3 + 1).
  const cells = [...'aaaabbbccdde'];
  const folds = foldsOf({kFold: 3, group: 'g'}, table({g: cells}));
  t.strictSame(
    folds.map(({held}) => held.length),
    [4, 4, 4],
  );
  t.strictSame(
    folds.map(({held}) => [...new Set([...held].map((row) => cells[row]))].join('')),
    ['a', 'be', 'cd'],
  );
});

t.test('whole groups come as close to the fraction as they can', async (t) => {
  // Ten groups of ten: 0.25 of a hundred is 25; a third group would make 30, no nearer than 20. Halves round up.
  const even = table({g: Array.from({length: 100}, (_, i) => `g${i % 10}`)});
  for (let seed = 0; seed < 20; seed++)
    t.ok([20, 30].includes(split({fraction: 0.25, group: 'g'}, even, seed).held.length));
  // A group of 98 and two of one: only a small one can be 0.01 or 0.3 of them.
  const uneven = table({g: ['a', 'b', ...Array(98).fill('c')]});
  for (let seed = 0; seed < 20; seed++) t.ok(split({fraction: 0.3, group: 'g'}, uneven, seed).held.length <= 2);
});

t.test('by hash: examples that are added move no others', async (t) => {
  const named = (names: readonly string[]) => table({id: names});
  const names = all(500).map((i) => `image ${i}.png`);
  const heldOf = (spec: Partial<SplitSpec>, list: readonly string[]) =>
    new Set([...split({by: 'hash', ...spec}, named(list)).held].map((row) => list[row]));
  const more = [...all(300).map((i) => `new ${i}.png`), ...[...names].reverse()];
  for (const spec of [{fraction: 0.2}, {kFold: 5, fold: 2}]) {
    const [before, after] = [heldOf(spec, names), heldOf(spec, more)];
    for (const name of names) if (before.has(name) !== after.has(name)) t.fail(`${name} moved`);
    // 500 draws of 0.2: 100 ± 9.
    t.ok(Math.abs(before.size - 100) < 36, `${before.size} held out`);
    t.notSame(heldOf({...spec, splitSeed: 1}, names), before);
  }
  const folds = foldsOf({kFold: 5, by: 'hash'}, named(names));
  t.strictSame(ascending(folds.flatMap(({held}) => [...held])), all(500));
});

t.test('by order: the last ones', async (t) => {
  t.strictSame([...split({fraction: 0.25, by: 'order'}, plain(10)).held], [7, 8, 9]);
  // scikit-learn 1.5: TimeSeriesSplit(3) on 10 examples tests on [4, 5], [6, 7] and [8, 9], each after all that is older.
  t.strictSame(
    foldsOf({kFold: 3, by: 'order'}, plain(10)).map(({kept, held}) => [[...kept], [...held]]),
    [
      [all(4), [4, 5]],
      [all(6), [6, 7]],
      [all(8), [8, 9]],
    ],
  );
});

t.test('by time: the newest rows, whatever their order; rows of one time stay together', async (t) => {
  const dates = ['2024-03-01', '2024-01-01', '2024-04-01', '2024-02-01', '2024-04-01', '2023-12-31'];
  const examples = table({when: dates});
  t.strictSame([...split({time: 'when', fraction: 0.34}, examples).held], [2, 4]);
  t.strictSame(
    [...split({time: 'when', fraction: 0.17}, examples).held],
    [2, 4],
    'one row was asked for, its day has two',
  );
  t.strictSame([...split({time: 'when', from: '2024-02-01'}, examples).held], [0, 2, 3, 4]);
  t.strictSame([...split({time: 'when', from: '2024-03'}, examples).held], [0, 2, 4]);
  t.strictSame(
    [...split({time: 'n', from: 10}, table({n: ['9', '10', '100', '-5']})).held],
    [1, 2],
    'numbers are no texts',
  );
  const zoned = table({when: ['2024-01-01 01:00', '2024-01-01T01:30:00+01:00', '2024-01-01T00:45Z', '2024-01-01']});
  t.strictSame([...split({time: 'when', fraction: 0.25}, zoned).held], [0], 'UTC without a zone; 01:30+01:00 is 00:30');
  // Sorted 31/12, 1/1, 1/2, 1/3, 1/4, 1/4: blocks of ⌊6 / 3⌋ = 2 are 1/2 … 1/3 and 1/4 … 1/4.
  t.strictSame(
    foldsOf({time: 'when', kFold: 2}, examples).map(({kept, held}) => [[...kept], [...held]]),
    [
      [
        [1, 5],
        [0, 3],
      ],
      [
        [0, 1, 3, 5],
        [2, 4],
      ],
    ],
  );
  const first = table({when: ['1', '1', '1', '2']});
  t.strictSame([...split({time: 'when', fraction: 0.75}, first).held], [3], 'the oldest time is never held out');
});

t.test('by a column', async (t) => {
  const examples = table({part: ['train', 'val', 'test', 'val'], fold: ['1', '2.0', '02', '']});
  t.strictSame([...split({column: 'part', value: 'val'}, examples).held], [1, 3]);
  t.strictSame(
    [...split({column: 'fold', value: 2}, examples).held],
    [1, 2],
    'numbers are equal however they are written',
  );
  t.strictSame([...split({column: 'flag', value: true}, table({flag: ['true', 'false']})).held], [0]);
});

t.test('sections that make no sense', async (t) => {
  const when = table({when: ['2024-01-01', '2024-01-02', '2024-01-02'], g: ['a', 'a', 'a'], h: ['a', 'b', 'b']});
  const cases: readonly (readonly [Partial<SplitSpec>, Divisible, string, string | undefined])[] = [
    [
      {},
      plain(9),
      'data.validation does not say how much to hold out',
      'write `fraction: 0.2`, `kFold: 5`, `time` and `from`, or `column` and `value`',
    ],
    [
      {fraction: 0.2, kFold: 5},
      plain(9),
      'data.validation.kFold and fraction both say how much to hold out',
      'drop one of them',
    ],
    [{fraction: 0.2, fold: 2}, plain(9), 'data.validation.fold needs kFold', 'add `kFold: 5`'],
    [{kFold: 3, fold: 4}, plain(9), 'data.validation.fold is 4; there are 3 folds, counted from 1', undefined],
    [{from: 3}, plain(9), 'data.validation.from needs time', 'name the column of dates with `time`'],
    [{time: 'when'}, when, 'data.validation does not say how much to hold out', undefined],
    [
      {column: 'part'},
      when,
      'data.validation.column needs value',
      'add what rows to hold out have in the column, `value: val`',
    ],
    [{value: 'val', fraction: 0.2}, when, 'data.validation.value needs column', 'name the column with `column`'],
    [
      {fraction: 0.2, by: 'hash', stratify: true},
      plain(9),
      'data.validation.stratify does not go with by: hash',
      'drop one of them',
    ],
    [
      {fraction: 0.2, by: 'order', group: 'g'},
      when,
      'data.validation.group does not go with by: order',
      'drop one of them',
    ],
    [
      {fraction: 0.2, time: 'when', stratify: true},
      when,
      'data.validation.stratify does not go with time',
      'rows are divided at a time, whatever their class',
    ],
    [{fraction: 0.2, group: 'g', stratify: true}, when, 'data.validation.stratify does not go with group', undefined],
    [
      {fraction: 0.2, by: 'order', splitSeed: 3},
      plain(9),
      'data.validation.splitSeed has no effect, since nothing is drawn',
      'drop it',
    ],
    [{kFold: 10}, plain(9), 'data.validation.kFold is 10, but there are only 9 training examples', 'write 9 or less'],
    [{fraction: 0.2}, plain(1), 'data.validation needs at least 2 training examples; the data has 1', undefined],
    [
      {kFold: 3, group: 'h'},
      when,
      'data.validation.kFold is 3, but the column "h" has only 2 different values',
      'write 2 or less',
    ],
    [
      {fraction: 0.5, group: 'g'},
      when,
      'data.validation.group names the column "g", which has the same value everywhere',
      undefined,
    ],
    [
      {fraction: 0.5, time: 'g'},
      when,
      'data.validation.time names the column "g", which holds "a" in row 1; expected a number, or a date such as 2024-12-31',
      undefined,
    ],
    [
      {fraction: 0.5, time: 'n'},
      table({n: ['1', '2024-01-01']}),
      'data.validation.time names the column "n", which holds "2024-01-01" in row 2; expected a number as in row 1',
      undefined,
    ],
    [
      {fraction: 0.5, time: 'd'},
      table({d: ['2024-01-01', '2023-02-29']}),
      'data.validation.time names the column "d", which holds "2023-02-29" in row 2; expected a number, or a date such as 2024-12-31',
      undefined,
    ],
    [{from: 'May', time: 'when'}, when, 'data.validation.from is "May", but the column "when" holds dates', undefined],
    [
      {from: '2025-01-01', time: 'when'},
      when,
      'data.validation.from is "2025-01-01"; that holds out none of 3 training examples',
      undefined,
    ],
    [
      {from: '2023-01-01', time: 'when'},
      when,
      'data.validation.from is "2023-01-01"; that holds out all training examples',
      undefined,
    ],
    [
      {fraction: 0.5, time: 't'},
      table({t: ['1', '1']}),
      'data.validation.time names the column "t", which holds the same time everywhere',
      undefined,
    ],
    [
      {kFold: 2, time: 'when', fold: 1},
      when,
      'data.validation.kFold is 2; fold 1 would be empty',
      'too many rows have the same time for so many folds; write fewer',
    ],
    [
      {column: 'h', value: 'val'},
      when,
      'data.validation.value is "val"; that holds out none of 3 training examples',
      'the column "h" holds "a", "b"',
    ],
    [
      {fraction: 0.0001, by: 'hash'},
      plain(9),
      'data.validation.fraction is 0.0001; by the hashes of the examples that holds out none of 9 training examples',
      'another splitSeed or fraction may do',
    ],
  ];
  for (const [spec, examples, message, hint] of cases) {
    t.throws(() => split(spec, examples), {code: 'SPEC_INVALID', message, ...(hint === undefined ? {} : {hint})});
  }
});

interface Reference {
  readonly kFold: readonly {n: number; k: number; sizes: number[]}[];
  readonly stratified: readonly {k: number; labels: number[]; counts: number[][]}[];
  readonly grouped: readonly {k: number; groups: number[]; sizes: number[]}[];
  readonly ordered: readonly {n: number; k: number; folds: {kept: number; held: number[]}[]}[];
}

t.test('folds are those of scikit-learn, but for the draw', async (t) => {
  const reference = readReference<Reference>('splits');
  for (const {n, k, sizes} of reference.kFold) {
    t.strictSame(
      foldsOf({kFold: k}, plain(n)).map(({held}) => held.length),
      sizes,
      'KFold',
    );
  }
  for (const {k, labels, counts} of reference.stratified) {
    const folds = foldsOf({kFold: k, stratify: true}, plain(labels.length, Int32Array.from(labels)));
    t.strictSame(
      folds.map(({held}) => [0, 1, 2].map((label) => held.filter((i) => labels[i] === label).length)),
      counts,
      'StratifiedKFold',
    );
  }
  for (const {k, groups, sizes} of reference.grouped) {
    const folds = foldsOf({kFold: k, group: 'g'}, table({g: groups.map(String)}));
    t.strictSame(ascending(folds.map(({held}) => held.length)), ascending(sizes), 'GroupKFold');
  }
  for (const {n, k, folds} of reference.ordered) {
    t.strictSame(
      foldsOf({kFold: k, by: 'order'}, plain(n)).map(({kept, held}) => ({kept: kept.length, held: [...held]})),
      folds,
      'TimeSeriesSplit',
    );
  }
});
