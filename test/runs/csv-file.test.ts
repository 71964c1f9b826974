import {appendFileSync, readFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {CsvFile} from '../../src/runs/csv-file.js';
import {mountSmallDisk} from './full-disk.js';

t.test('the header is there from the start, rows follow in the order of the columns', async (t) => {
  const file = path.join(t.testdir(), 'm.csv');
  const csv = new CsvFile(file, ['epoch', 'loss', 'val_loss']);
  t.equal(readFileSync(file, 'utf8'), 'epoch,loss,val_loss\n');
  csv.append({loss: 0.1 + 0.2, epoch: 1, val_loss: 1e-7});
  csv.append({epoch: 2, loss: Number.NaN}, {epoch: 3, loss: Number.NEGATIVE_INFINITY, val_loss: -0.5});
  csv.close();
  t.equal(readFileSync(file, 'utf8'), 'epoch,loss,val_loss\n1,0.30000000000000004,1e-7\n2,NaN,\n3,-Infinity,-0.5\n');
});

t.test('an existing file goes on without a second header', async (t) => {
  const file = path.join(t.testdir(), 'm.csv');
  new CsvFile(file, ['epoch']).close();
  const again = new CsvFile(file, ['epoch']);
  again.append({epoch: 1});
  again.close();
  t.equal(readFileSync(file, 'utf8'), 'epoch\n1\n');
});

t.test('a key that is no column is a bug, and nothing is written', async (t) => {
  const file = path.join(t.testdir(), 'm.csv');
  const csv = new CsvFile(file, ['epoch']);
  t.throws(() => csv.append({epoch: 1}, {epoch: 2, accuracy: 1}), {message: `${file} has no column accuracy`});
  csv.close();
  t.equal(readFileSync(file, 'utf8'), 'epoch\n');
});

t.test('a row that does not fit on the disk is taken back', async (t) => {
  const disk = mountSmallDisk(64 * 4096);
  if (!disk) {
    t.comment('a tmpfs cannot be mounted here: the full disk is not tried');
    return;
  }
  t.teardown(() => disk.unmount());
  const file = path.join(disk.path, 'm.csv');
  const csv = new CsvFile(file, ['text']);
  appendFileSync(file, '');
  csv.append({text: 'first'});
  disk.fill(0);
  const long = 'x'.repeat(6000); // more than what is left of the page that the file has
  t.throws(() => csv.append({text: long}), {code: 'RUN_UNWRITABLE', message: /the disk is full \(ENOSPC\)$/});
  t.equal(readFileSync(file, 'utf8'), 'text\nfirst\n', 'no torn row');
  disk.clear();
  csv.append({text: 'second'});
  csv.close();
  t.equal(readFileSync(file, 'utf8'), 'text\nfirst\nsecond\n', 'and it goes on where it stopped');
});
