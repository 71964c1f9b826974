import {existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {forgetOthers, placeBest, restoreBests} from '../../src/runs/best-checkpoints.js';

/** A folder of checkpoints; each says only which step it is of. */
function write(checkpoints: string, name: string, step: number): string {
  const folder = path.join(checkpoints, name);
  mkdirSync(folder, {recursive: true});
  writeFileSync(path.join(folder, 'state.json'), JSON.stringify({step}));
  return folder;
}

/** `best: 40, best-20: 20`. */
const holds = (checkpoints: string): string =>
  readdirSync(checkpoints)
    .sort()
    .map((name) => `${name}: ${JSON.parse(readFileSync(path.join(checkpoints, name, 'state.json'), 'utf8')).step}`)
    .join(', ');

const place = (checkpoints: string, step: number, kept: readonly number[]): Promise<void> =>
  placeBest(checkpoints, write(checkpoints, `best-${step}.tmp`, step), step, kept);

t.test('the best is `best`, the others have their step in their name', async (t) => {
  const folder = t.testdir();
  await place(folder, 10, [10]);
  t.equal(holds(folder), 'best: 10');
  await place(folder, 20, [10, 20]);
  t.equal(holds(folder), 'best: 10, best-20: 20');
  await place(folder, 30, [30, 10, 20]);
  t.equal(holds(folder), 'best: 30, best-10: 10, best-20: 20');
  await place(folder, 40, [30, 40, 10]);
  t.equal(holds(folder), 'best: 30, best-10: 10, best-20: 20, best-40: 40', 'until it is forgotten');
  write(folder, 'last', 40);
  forgetOthers(folder, [30, 40, 10]);
  t.equal(holds(folder), 'best: 30, best-10: 10, best-40: 40, last: 40');
});

t.test('with one to keep, the one before stays until it is forgotten', async (t) => {
  const folder = t.testdir();
  await place(folder, 10, [10]);
  await place(folder, 20, [20]);
  t.equal(holds(folder), 'best: 20, best-10: 10');
  forgetOthers(folder, [20]);
  t.equal(holds(folder), 'best: 20');
  await place(folder, 20, [20]);
  t.equal(holds(folder), 'best: 20', 'the same step again');
});

t.test('a run resumed from before the best finds what was best then', async (t) => {
  const folder = t.testdir();
  for (const [step, kept] of [
    [10, [10]],
    [20, [20, 10]],
    [30, [30, 20]],
  ] as const) {
    await place(folder, step, kept);
  }
  t.equal(holds(folder), 'best: 30, best-10: 10, best-20: 20');
  restoreBests(folder, [20, 10]);
  t.equal(holds(folder), 'best: 20, best-10: 10');
  restoreBests(folder, []);
  t.equal(holds(folder), '', 'from the beginning');
  await place(folder, 30, [30]);
  restoreBests(folder, [20]);
  t.equal(holds(folder), 'best: 30', 'what it replaced is gone: better than nothing');
  restoreBests(path.join(folder, 'nowhere'), [20]);
  t.notOk(existsSync(path.join(folder, 'nowhere')));
});

t.test('a process that died between two renames leaves no hole', async (t) => {
  const folder = t.testdir();
  await place(folder, 10, [10]);
  renameSync(path.join(folder, 'best'), path.join(folder, 'best.previous'));
  write(folder, 'best-20.tmp', 20);
  restoreBests(folder, [10]);
  t.equal(holds(folder), 'best: 10');
  renameSync(path.join(folder, 'best'), path.join(folder, 'best.previous'));
  write(folder, 'best', 20);
  restoreBests(folder, [10]);
  t.equal(holds(folder), 'best: 10');
});
