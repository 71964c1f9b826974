import t from 'tap';
import {CheckpointClock} from '../../src/training/checkpoint-clock.js';

t.beforeEach((t) => {
  millis = 0;
  t.intercept(performance, 'now', {value: () => millis, configurable: true});
});
let millis = 0;

const epochsOf = (clock: CheckpointClock, numEpochs: number): readonly number[] =>
  Array.from({length: numEpochs}, (_, index) => index + 1).filter((epoch) =>
    clock.isDueAfter(epoch, 100 * epoch, epoch === numEpochs),
  );
const stepsOf = (clock: CheckpointClock, numSteps: number): readonly number[] =>
  Array.from({length: numSteps}, (_, index) => index + 1).filter((step) => clock.isDueWithin(step));

t.test('after each epoch, and every ten minutes within one', async (t) => {
  const clock = new CheckpointClock({last: true});
  t.notOk(clock.isExact);
  t.strictSame(epochsOf(clock, 3), [1, 2, 3]);
  t.strictSame(stepsOf(clock, 1000), []);
  millis = 599_999;
  t.notOk(clock.isDueWithin(1));
  millis = 600_000;
  t.ok(clock.isDueWithin(1));
  clock.saved();
  t.notOk(clock.isDueWithin(2));
  millis = 1_199_999;
  t.notOk(clock.isDueWithin(3));
});

t.test('as often as the spec says, whichever comes first, and at the end', async (t) => {
  const epochs = new CheckpointClock({last: true, everyEpochs: 3});
  t.ok(epochs.isExact);
  t.strictSame(epochsOf(epochs, 8), [3, 6, 8]);
  const steps = new CheckpointClock({last: true, everySteps: 250});
  t.strictSame(stepsOf(steps, 1000), [250, 500, 750, 1000]);
  t.strictSame(epochsOf(steps, 11), [5, 10, 11], 'epochs of 100 steps');
  const both = new CheckpointClock({last: true, everyEpochs: 4, everyMinutes: 1.5});
  t.strictSame(epochsOf(both, 9), [4, 8, 9]);
  millis = 90_000;
  t.ok(both.isDueWithin(7));
  t.ok(both.isDueAfter(1, 100, false));
  millis = 10 ** 9;
  t.notOk(epochs.isDueWithin(7), 'nothing was said of minutes');
});

t.test('never', async (t) => {
  const clock = new CheckpointClock({last: false});
  millis = 10 ** 9;
  t.strictSame(epochsOf(clock, 3), []);
  t.strictSame(stepsOf(clock, 3), []);
});
