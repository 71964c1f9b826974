import t from 'tap';
import {gridOf} from '../../../src/sweep/space/grid.js';
import {spaceOfYaml} from './space-of-yaml.js';

t.test('the first parameter varies slowest', async (t) => {
  const space = await spaceOfYaml('training.batchSize: [8, 16]', 'training.epochs: {min: 1, max: 3}');
  const points = gridOf(space).map((point) => Object.values(point));
  t.same(points, [
    [8, 1],
    [8, 2],
    [8, 3],
    [16, 1],
    [16, 2],
    [16, 3],
  ]);
});

t.test('steps count from the low end, and stop before the high one', async (t) => {
  const space = await spaceOfYaml('training.optimizer.learningRate: {min: 0.1, max: 0.75, step: 0.2}');
  t.same(
    gridOf(space).map((point) => point['training.optimizer.learningRate']),
    [0.1, 0.3, 0.5, 0.7],
  );
});

t.test('a parameter that does not count is absent and multiplies nothing', async (t) => {
  const space = await spaceOfYaml(
    'training.optimizer.type: [sgd, adam]',
    'training.optimizer.beta1: {values: [0.8, 0.9], when: \'training.optimizer.type == "adam"\'}',
  );
  t.same(gridOf(space), [
    {'training.optimizer.type': 'sgd'},
    {'training.optimizer.type': 'adam', 'training.optimizer.beta1': 0.8},
    {'training.optimizer.type': 'adam', 'training.optimizer.beta1': 0.9},
  ]);
});

t.test('points that break a constraint are left out', async (t) => {
  const space = await spaceOfYaml('training.batchSize: [8, 16]', 'model.layers.0.units: [4, 8, 16]', {
    constraints: ['training.batchSize * model.layers.0.units <= 64'],
  });
  t.same(
    gridOf(space).map((point) => Object.values(point)),
    [
      [8, 4],
      [8, 8],
      [16, 4],
    ],
  );
});

t.test('a repeated item: as many parts as copies', async (t) => {
  const space = await spaceOfYaml(
    'model.layers.0: {repeat: {min: 0, max: 2}, of: {type: dense, units: {values: [4, 8]}, activation: relu}}',
  );
  t.same(gridOf(space), [
    {'model.layers.0.repeat': 0},
    {'model.layers.0.repeat': 1, 'model.layers.0.0.units': 4},
    {'model.layers.0.repeat': 1, 'model.layers.0.0.units': 8},
    {'model.layers.0.repeat': 2, 'model.layers.0.0.units': 4, 'model.layers.0.1.units': 4},
    {'model.layers.0.repeat': 2, 'model.layers.0.0.units': 4, 'model.layers.0.1.units': 8},
    {'model.layers.0.repeat': 2, 'model.layers.0.0.units': 8, 'model.layers.0.1.units': 4},
    {'model.layers.0.repeat': 2, 'model.layers.0.0.units': 8, 'model.layers.0.1.units': 8},
  ]);
});

t.test('a range without steps has no grid', async (t) => {
  const space = await spaceOfYaml('training.optimizer.learningRate: {min: 0.001, max: 0.1}');
  t.throws(() => gridOf(space), {code: 'USAGE', message: /every value of training.optimizer.learningRate/});
});
