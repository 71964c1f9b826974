import t from 'tap';
import {maxCheckedPoints, pointsToCheck} from '../../../src/sweep/space/corners.js';
import {spaceOfYaml} from './space-of-yaml.js';

t.test('all points of a small grid, and the ends of ranges', async (t) => {
  const space = await spaceOfYaml(
    'training.batchSize: [8, 16, 24]',
    'training.optimizer.learningRate: {min: 0.001, max: 0.1, scale: log}',
    'training.epochs: {min: 1, max: 100}',
  );
  const points = pointsToCheck(space);
  t.equal(points.length, 3 * 2 * 2);
  t.equal(new Set(points.map((point) => JSON.stringify(point))).size, points.length);
  t.same(new Set(points.map((point) => point['training.epochs'])), new Set([1, 100]));
});

t.test('of a large one every value at least once, feasible points only', async (t) => {
  const many = Array.from({length: 40}, (_, i) => i + 1);
  const space = await spaceOfYaml(
    `training.batchSize: [${many.join(', ')}]`,
    `training.epochs: [${many.join(', ')}]`,
    `model.layers.0.units: [${many.join(', ')}]`,
    {constraints: ['training.batchSize + training.epochs <= 60']},
  );
  const points = pointsToCheck(space);
  t.ok(points.length <= maxCheckedPoints);
  for (const {name} of space.parameters) {
    t.same(new Set(points.map((point) => point[name])), new Set(many), name);
  }
  t.ok(points.every((point) => space.isFeasible(point)));
});
