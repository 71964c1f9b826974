import t from 'tap';
import {Keeper} from '../../src/training/keeper.js';

const columns = [
  {name: 'val_loss', split: 'validation', goal: 'minimize'},
  {name: 'val_accuracy', split: 'validation', goal: 'maximize'},
] as const;

const observeAll = (keeper: Keeper, values: readonly number[]) =>
  values.map((value, index) => keeper.observe(index + 1, 10 * (index + 1), {val_accuracy: value}));

t.test('the best three by a column that is to grow', async (t) => {
  const keeper = new Keeper(columns, {monitor: 'val_accuracy', keep: 3});
  const told = observeAll(keeper, [0.5, 0.7, 0.6, Number.NaN, 0.4, 0.6, 0.9]);
  t.strictSame(
    told.map(({isBest, isKept}) => [isBest, isKept]),
    [
      [true, true],
      [true, true],
      [false, true],
      [false, false],
      [false, false], // fourth of three
      [false, true], // a tie is behind the earlier one, and pushes 0.5 out
      [true, true],
    ],
  );
  t.strictSame(
    keeper.kept.map(({step, value}) => [step, value]),
    [
      [70, 0.9],
      [20, 0.7],
      [30, 0.6],
    ],
  );
  t.equal(keeper.best?.epoch, 7);
});

t.test('of a column that is to shrink one only, as a monitor has it', async (t) => {
  const keeper = new Keeper(columns, {monitor: 'val_loss', keep: 1});
  const told = [3, 2, 2, 4, 1].map((value, index) => keeper.observe(index, index, {val_loss: value}));
  t.strictSame(
    told.map(({isBest, isKept}) => isBest && isKept),
    [true, true, false, false, true],
  );
  t.ok(told.every(({isBest, isKept}) => isBest === isKept));
});

t.test('it goes on from its state, with another number to keep perhaps', async (t) => {
  const values = [0.5, 0.7, 0.6, 0.8];
  const whole = new Keeper(columns, {monitor: 'val_accuracy', keep: 2});
  observeAll(whole, values);
  const first = new Keeper(columns, {monitor: 'val_accuracy', keep: 2});
  observeAll(first, values.slice(0, 3));
  const second = new Keeper(columns, {monitor: 'val_accuracy', keep: 2});
  second.restore(JSON.parse(JSON.stringify(first.state)));
  second.observe(4, 40, {val_accuracy: 0.8});
  t.strictSame(second.state, whole.state);
  const fewer = new Keeper(columns, {monitor: 'val_accuracy', keep: 1});
  fewer.restore(first.state);
  t.strictSame(
    fewer.kept.map(({step}) => step),
    [20],
  );
});
