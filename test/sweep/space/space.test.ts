import t from 'tap';
import type {Json} from '../../../src/sweep/space/distribution.js';
import type {SweepSpace} from '../../../src/sweep/space/sweep-space.js';
import {spaceOfYaml} from './space-of-yaml.js';

const distributionOf = (space: SweepSpace, name: string) => space.definitionOf(name)?.distribution;
const activeAt = (space: SweepSpace, values: Readonly<Record<string, Json>>): readonly string[] =>
  Object.keys(space.assign(({name, distribution}) => values[name] ?? firstOf(distribution)));
const firstOf = (distribution: SweepSpace['definitions'][number]['distribution']): Json =>
  distribution.kind === 'categorical' ? distribution.choices[0]! : distribution.low;

t.test('whole numbers where the experiment wants them', async (t) => {
  const space = await spaceOfYaml(
    'training.batchSize: {min: 8, max: 16}',
    'training.optimizer.learningRate: {min: 1, max: 2}',
    'training.optimizer.epsilon: {min: 1, max: 3, type: int}',
    'model.layers.0.units: {min: 4, max: 64, scale: log}',
    'data.validation.fraction: {min: 0.1, max: 0.5, step: 0.15}',
  );
  t.same(distributionOf(space, 'training.batchSize'), {kind: 'int', low: 8, high: 16, scale: 'linear'});
  t.same(distributionOf(space, 'training.optimizer.learningRate'), {kind: 'float', low: 1, high: 2, scale: 'linear'});
  t.same(distributionOf(space, 'training.optimizer.epsilon'), {kind: 'int', low: 1, high: 3, scale: 'linear'});
  t.same(distributionOf(space, 'model.layers.0.units'), {kind: 'int', low: 4, high: 64, scale: 'log'});
  const fraction = {kind: 'float', low: 0.1, high: 0.4, scale: 'linear', step: 0.15};
  t.same(distributionOf(space, 'data.validation.fraction'), fraction, 'ends at the last step');
});

t.test('what a choice brings has the kinds of its own', async (t) => {
  const space = await spaceOfYaml(
    'training.schedule: [constant, {type: step, every: 1, factor: 0.5}]',
    'training.schedule.warmupSteps: {min: 1, max: 4, when: \'training.schedule.type == "step"\'}',
  );
  t.equal(distributionOf(space, 'training.schedule.warmupSteps')?.kind, 'int');
  t.same(activeAt(space, {'training.schedule': 'constant'}), ['training.schedule']);
  t.same(activeAt(space, {'training.schedule': {type: 'step', every: 1, factor: 0.5}}), [
    'training.schedule',
    'training.schedule.warmupSteps',
  ]);
});

t.test('parameters stand behind those that their conditions name', async (t) => {
  const space = await spaceOfYaml(
    'training.epochs: {values: [1, 2], when: "model.layers.0.units == 8"}',
    'training.batchSize: [8, 16]',
    'model.layers.0.units: {values: [4, 8], when: "training.batchSize > 8"}',
  );
  const names = space.parameters.map(({name}) => name);
  t.same(names, ['training.batchSize', 'model.layers.0.units', 'training.epochs']);
  t.same(activeAt(space, {'training.batchSize': 8}), ['training.batchSize'], 'the experiment has 16 units');
  t.same(activeAt(space, {'training.batchSize': 16, 'model.layers.0.units': 8}), names);
});

t.test('conditions name settings of the experiment too, defaults among them', async (t) => {
  const holds = async (condition: string): Promise<boolean> => {
    const space = await spaceOfYaml(`training.batchSize: {values: [8, 16], when: '${condition}'}`);
    return activeAt(space, {}).length === 1;
  };
  t.ok(await holds('model.layers.0.units == 16'));
  t.ok(await holds('training.optimizer.type == "adam"'), 'written as a shorthand');
  t.ok(await holds('training.shuffle'), 'a default');
  t.notOk(await holds('training.epochs > 5'));
});

t.test('a constraint that names what is not there does not count', async (t) => {
  const space = await spaceOfYaml(
    'model.layers.0: {repeat: {min: 1, max: 2}, of: {type: dense, units: {min: 4, max: 64}}}',
    {constraints: ['model.layers.0.1.units <= model.layers.0.0.units']},
  );
  const point = {'model.layers.0.repeat': 1, 'model.layers.0.0.units': 4};
  t.ok(space.isFeasible(point));
  t.ok(space.isFeasible({...point, 'model.layers.0.repeat': 2, 'model.layers.0.1.units': 4}));
  t.notOk(space.isFeasible({...point, 'model.layers.0.repeat': 2, 'model.layers.0.1.units': 5}));
});

t.test('several items in a row are repeated together', async (t) => {
  const space = await spaceOfYaml(
    'model.layers.0: {repeat: [1, 2], of: [{type: dense, units: {min: 4, max: 8}}, {type: dropout, rate: {values: [0.1, 0.2]}}]}',
  );
  t.same(
    space.parameters.map(({name}) => name),
    [
      'model.layers.0.repeat',
      'model.layers.0.0.0.units',
      'model.layers.0.0.1.rate',
      'model.layers.0.1.0.units',
      'model.layers.0.1.1.rate',
    ],
  );
  t.equal(distributionOf(space, 'model.layers.0.1.0.units')?.kind, 'int');
});
