import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import t from 'tap';
import {explain} from '../../src/experiment/explain.js';
import {loadExperiment} from '../../src/experiment/load.js';
import {formatReports, validateSpecs} from '../../src/experiment/validate.js';
import {reportOfSweep} from '../../src/sweep/validate.js';

const sweep = `name: try
experiment: ${path.resolve('test/sweep/bad/base.yaml')}
metric: val_accuracy
seeds: 2
parameters:
  training.batchSize: [8, 16, 32]
`;

t.test('exp validate tells experiments and sweeps apart, and checks both', async (t) => {
  const folder = t.testdir({'sweep.yaml': sweep, 'bad.yaml': sweep.replace('32]', '3200]')});
  const [good, bad] = ['sweep.yaml', 'bad.yaml'].map((name) => path.join(folder, name));
  const reports = await validateSpecs(
    [good!, bad!, 'test/sweep/bad/base.yaml', 'test/sweep/bad/keys.yaml'],
    'runs',
    reportOfSweep,
  );
  t.same(
    reports.map(({valid}) => valid),
    [true, false, true, false],
  );
  const text = formatReports(reports);
  t.match(text, `✓ ${good}: a sweep of 6 trials: 3 points with 2 seeds`);
  t.match(text, /training\.batchSize is 3200, but there are only 96 training examples/);
  t.match(text, /there is no pruner `medain`/);
  t.match(text, /4 specs, 2 with mistakes/);
});

t.test('pairs are laid over a sweep', async (t) => {
  const folder = t.testdir({'sweep.yaml': sweep});
  const [report] = await validateSpecs(
    [path.join(folder, 'sweep.yaml'), 'maxTrials=5', 'parameters.training.epochs=[1, 2]'],
    'runs',
    reportOfSweep,
  );
  t.match(report, {valid: true, sweep: {numTrials: 5, numPoints: 3, numSeeds: 2}});
});

t.test('where an experiment is meant, a sweep is refused', async (t) => {
  const file = path.join(t.testdir(), 'sweep.yaml');
  await writeFile(file, sweep);
  const refusal = {code: 'SPEC_INVALID', message: /is a sweep, not an experiment/, hint: /^start it with exp sweep /};
  await t.rejects(loadExperiment({path: file}), refusal);
  await t.rejects(explain(file, 'training', {runsDir: 'runs'}), refusal);
});
