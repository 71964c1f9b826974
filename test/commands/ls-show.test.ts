import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {exp, onlyRun, withTinySpec} from './cli.js';

t.test('ls and show after a run', async (t) => {
  const cwd = withTinySpec(t.testdir());
  await exp(cwd, ['run', 'tiny.yaml', '-q', '--tag', 'first']);
  const run = onlyRun(cwd);
  const id = path.basename(run);

  const listed = await exp(cwd, ['ls']);
  t.match(
    listed.stdout,
    /^run +state +started +epochs +test_accuracy +test_loss +duration +tags\ntiny-\S+ +finished +\d{4}-\d\d-\d\d \d\d:\d\d +3\/3 +[\d.]+ +[\d.]+ +\S+ m?s +first$/,
  );
  t.match(JSON.parse((await exp(cwd, ['ls', '--json'])).stdout), [
    {run: id, name: 'tiny', state: 'finished', epochs: 3, numEpochs: 3, path: `runs/${id}`, warnings: []},
  ]);

  const shown = await exp(cwd, ['show', 'latest']);
  t.equal(shown.exitCode, 0);
  t.match(shown.stdout, new RegExp(`^${id} {2}finished\\n`));
  for (const line of [
    /^epochs +3 of 3$/m,
    /^data +synthetic: 48 training, 12 validation, 20 test examples$/m,
    /^training +softmaxCrossEntropy, adam at 0\.01, batches of 16, seed 1$/m,
    /^tags +first$/m,
    /^dense_1 +dense +\[3\] +27$/m,
    /^51 parameters$/m,
    /^best +epoch [123]: loss /m,
    /^val_accuracy +\S+ +[▁-█]{3} +\S+$/m,
    /^metrics +runs\/tiny-\S+\/metrics\.csv$/m,
  ]) {
    t.match(shown.stdout, line);
  }
  const byName = await exp(cwd, ['show', 'tiny', '--json']);
  t.match(JSON.parse(byName.stdout), {
    run: id,
    state: 'finished',
    spec: {name: 'tiny', training: {epochs: 3}},
    plan: {numParameters: 51},
    summary: {seed: 1},
    epochRows: [{epoch: 1}, {epoch: 2}, {epoch: 3}],
    files: {metrics: `runs/${id}/metrics.csv`},
  });
  t.equal((await exp(cwd, ['show', run, '--json'])).exitCode, 0, 'by path');

  // A damaged neighbour and a half-deleted run are told about and harm nobody.
  mkdirSync(path.join(cwd, 'runs', 'torn'));
  writeFileSync(path.join(cwd, 'runs', 'torn', 'status.json'), '{"state": "runn');
  rmSync(path.join(run, 'plan.json'));
  rmSync(path.join(run, 'resolved.yaml'));
  const both = await exp(cwd, ['ls']);
  t.equal(both.exitCode, 0);
  t.match(both.stdout, /^torn +corrupt/m);
  t.match(both.stderr, /^warning: torn: status\.json is damaged$/m);
  t.match((await exp(cwd, ['show', 'torn'])).stdout, /^torn {2}corrupt\n/);
  t.match((await exp(cwd, ['show', 'tiny'])).stdout, /^test examples|^training +validation|finished/m);
});

t.test('no runs, no such run', async (t) => {
  const cwd = t.testdir();
  const none = await exp(cwd, ['ls']);
  t.match(none, {exitCode: 0, stdout: '', stderr: 'no runs in runs'});
  t.equal((await exp(cwd, ['ls', '--json'])).stdout, '[]');
  const missing = await exp(cwd, ['show', 'mnist']);
  t.match(missing, {
    exitCode: 2,
    stdout: '',
    stderr: /^error: no run in runs begins with "mnist"\nhint: {2}exp ls shows/,
  });
  const asJson = await exp(cwd, ['show', 'mnist', '--json']);
  t.match(JSON.parse(asJson.stderr), {error: {code: 'RUN_NOT_FOUND'}});
});
