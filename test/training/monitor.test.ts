import t from 'tap';
import {metricColumns} from '../../src/training/columns.js';
import {createMonitor, monitorMode} from '../../src/training/monitor.js';

const columns = metricColumns({metrics: [{type: 'accuracy'}]});

t.test('what is better follows from the metric unless said', async (t) => {
  t.equal(monitorMode(columns, {monitor: 'val_loss'}), 'min');
  t.equal(monitorMode(columns, {monitor: 'val_accuracy'}), 'max');
  t.equal(monitorMode(columns, {monitor: 'val_accuracy', mode: 'min'}), 'min');
  t.throws(() => monitorMode(columns, {monitor: 'val_top5Accuracy'}), /val_top5Accuracy/);
});

t.test('the best epoch is the first with the best value', async (t) => {
  const monitor = createMonitor(columns, {monitor: 'val_accuracy'});
  const seen = [0.5, 0.7, 0.7, 0.6, 0.8].map((value, i) => monitor.observe(i + 1, {val_accuracy: value}));
  t.same(seen, [true, true, false, false, true]);
  t.same(monitor.best, {monitor: 'val_accuracy', mode: 'max', epoch: 5, value: 0.8, metrics: {val_accuracy: 0.8}});
});

t.test('an improvement is more than minDelta, measured from the best value', async (t) => {
  const monitor = createMonitor(columns, {monitor: 'val_loss', minDelta: 0.25});
  const seen = [1, 0.75, 0.625, 0.5].map((value, i) => monitor.observe(i + 1, {val_loss: value}));
  t.same(seen, [true, false, true, false]);
});

t.test('NaN is never better, and anything is better than nothing', async (t) => {
  const monitor = createMonitor(columns, {monitor: 'val_accuracy'});
  t.notOk(monitor.observe(1, {val_accuracy: Number.NaN}));
  t.equal(monitor.best, undefined);
  t.ok(monitor.observe(2, {val_accuracy: 0}));
  t.notOk(monitor.observe(3, {val_accuracy: Number.NaN}));
  t.equal(monitor.best?.epoch, 2);
  t.throws(() => monitor.observe(4, {}), /epoch 4.*val_accuracy/);
});
