import {writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {exp as runExp} from './cli.js';

const spec = `name: tiny
data: {source: {type: iris}, validation: {fraction: 0.2}}
model: {layers: [{type: dense, units: 3}]}
training: {epochs: 3, loss: softmaxCrossEntropy, optimizer: adam, metrics: [accuracy]}
`;

t.test('real runs compared: groups by seed, the gate, and its exit code', async (t) => {
  const folder = t.testdir({'tiny.yaml': spec});
  const runsDir = path.join(folder, 'runs');
  const exp = (...args: string[]) => runExp(folder, [...args, '--runs-dir', runsDir]);
  for (const rate of ['0.1', '0.0001']) {
    const {exitCode, stderr} = await exp(
      'run',
      path.join(folder, 'tiny.yaml'),
      `training.optimizer.learningRate=${rate}`,
      '--seeds',
      '1,2',
      '--quiet',
    );
    t.equal(exitCode, 0, stderr);
  }
  const table = await exp('compare');
  t.equal(table.exitCode, 0, table.stderr);
  t.match(table.stdout, /tiny × 2 +0\.1 /);
  t.match(table.stdout, /learningRate/);
  const json = JSON.parse((await exp('compare', '--json')).stdout);
  t.equal(json.rows.length, 2);
  t.match(json.rows[0].values, {'training.optimizer.learningRate': {value: 0.1}});
  t.equal(json.rows[0].runs.length, 2);

  const better = json.rows[0].runs[0].run;
  const gate = await exp('compare', '--baseline', better, '--fail-if', 'val_loss > baseline * 1.2');
  t.equal(gate.exitCode, 3);
  t.match(
    gate.stderr,
    /the gate failed:\n {2}tiny, learningRate 0\.\d+ × 2: val_loss > baseline \* 1\.2; val_loss = \S+ ± \S+, n = 2 \(baseline \S+, Δ \+\S+\)/,
  );
  t.equal((await exp('compare', '--fail-if', 'val_accuracy < 0')).exitCode, 0);
  t.equal((await exp('compare', '--where', 'val_acuracy > 1')).exitCode, 2);

  writeFileSync(path.join(runsDir, better, 'summary.json'), '{');
  const damaged = await exp('compare');
  t.equal(damaged.exitCode, 0, 'a damaged run is shown, not fatal');
  t.match(damaged.stderr, /summary\.json is damaged/);
});

t.test('no runs at all', async (t) => {
  const {exitCode, stderr} = await runExp(t.testdir({}), ['compare']);
  t.equal(exitCode, 2);
  t.match(stderr, 'there are no runs to compare');
});
