import {appendFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {CsvTail} from '../../src/runs/csv-tail.js';
import {RunTail} from '../../src/runs/run-tail.js';
import {patched, type Series, SeriesBuffer} from '../../src/runs/series.js';

t.test('a table is read row by row as it grows', async (t) => {
  const file = path.join(t.testdir({}), 'metrics.csv');
  const tail = new CsvTail(file);
  t.same(tail.read(), {rows: [], isNew: false}, 'not there yet');
  writeFileSync(file, 'epoch,"loss, of a class",x\n1,0.5,\n2,NaN');
  t.same(tail.read(), {rows: [{epoch: 1, 'loss, of a class': 0.5}], isNew: false}, 'whole rows only');
  appendFileSync(file, ',3\n3,1\n4,5,6\n');
  t.same(
    tail.read().rows,
    [
      {epoch: 2, 'loss, of a class': Number.NaN, x: 3},
      {epoch: 4, 'loss, of a class': 5, x: 6},
    ],
    'a row of too few cells is left out',
  );
  t.same(tail.read().rows, []);
  writeFileSync(file, 'epoch\n7\n');
  t.same(tail.read(), {rows: [{epoch: 7}], isNew: true}, 'another table from the start');
  rmSync(file);
  t.same(tail.read().rows, []);
});

t.test('a series that grows too long keeps every second row and the last one', async (t) => {
  const buffer = new SeriesBuffer(4);
  let series: Series = {columns: {}, length: 0, every: 1};
  for (let epoch = 1; epoch <= 11; epoch++) {
    series = patched(series, buffer.append([{epoch, loss: 1 / epoch}])!);
    const {from: _from, ...whole} = buffer.whole;
    t.same(series, whole, `the changes add up after ${epoch}`);
  }
  t.same(series.columns.epoch, [4, 8, 11]);
  t.equal(series.every, 4);
  t.same(series.columns.loss, [0.25, 0.125, 0.0909091], 'six digits');
});

t.test('what is missing or not finite is null, and a column may come late', async (t) => {
  const buffer = new SeriesBuffer(10);
  buffer.append([{epoch: 1, loss: Number.POSITIVE_INFINITY}]);
  const change = buffer.append([{epoch: 2, loss: 1, val_loss: 2}])!;
  t.same(change, {columns: {epoch: [1, 2], loss: [null, 1], val_loss: [null, 2]}, length: 2, every: 1, from: 0});
});

t.test('the curves of a run: times are waited for while it goes on', async (t) => {
  const folder = t.testdir({
    'metrics.csv': 'epoch,step,loss\n1,10,3\n2,20,2\n',
    'timing.csv': 'epoch,trainSeconds,evaluateSeconds\n1,1.5,0.5\n',
    'steps.csv': 'step,epoch,batchLoss,learningRate\n5,1,4,0.1\n',
  });
  const tail = new RunTail(folder, {epochs: 100, steps: 100});
  const first = tail.update(false);
  t.same(first.epochs?.columns, {epoch: [1], step: [10], loss: [3], time: [2]});
  t.same(first.steps?.columns, {step: [5], epoch: [1], batchLoss: [4]});
  appendFileSync(path.join(folder, 'timing.csv'), '2,1,1\n');
  t.match(tail.update(false), {epochs: {from: 1, columns: {epoch: [2], time: [4]}}});
  t.same(tail.update(false), {}, 'nothing new');
  appendFileSync(path.join(folder, 'metrics.csv'), '3,30,1\n');
  t.same(tail.update(false), {}, 'its time is not known yet');
  t.match(tail.update(true).epochs?.columns, {epoch: [3], time: [null]});

  writeFileSync(path.join(folder, 'metrics.csv'), 'epoch,step,loss\n1,10,9\n');
  t.match(tail.update(true).epochs, {from: 0, length: 1, columns: {loss: [9], time: [2]}}, 'a run taken up again');
});
