import t from 'tap';
import {specDifferences} from '../../src/comparison/spec-differences.js';
import type {Origins} from '../../src/spec/origin.js';

const none = [undefined, undefined] as const;
const [dense, relu, flatten] = [{type: 'dense', units: 8}, {type: 'activation', name: 'relu'}, {type: 'flatten'}];

t.test('leaves with the places they come from', async (t) => {
  const origins: Origins = {
    seed: {kind: 'default'},
    'tags.0': {kind: 'file', file: 'a.yaml', line: 3},
  };
  t.same(
    specDifferences(
      [
        {seed: 1, tags: ['x'], k: {a: 1}},
        {tags: ['y'], seed: 1, k: {a: 1, b: 2}},
      ],
      [origins, {}],
    ),
    [
      {
        key: 'tags',
        a: {value: ['x'], origin: {kind: 'file', file: 'a.yaml', line: 3}},
        b: {value: ['y'], origin: undefined},
      },
      {key: 'k.b', b: {value: 2, origin: undefined}},
    ],
  );
});

t.test('an inserted layer does not shift those after it', async (t) => {
  const differences = specDifferences(
    [
      {layers: [flatten, dense, relu, dense]},
      {layers: [flatten, {...dense, units: 9}, {type: 'dropout'}, relu, dense]},
    ],
    none,
  );
  t.match(differences, [
    {key: 'layers.1.units', a: {value: 8}, b: {value: 9}},
    {key: 'layers.2', b: {value: {type: 'dropout'}}},
  ]);
  t.equal(differences.length, 2);
  const moved = specDifferences([{layers: [flatten, dense]}, {layers: [flatten, flatten, {...dense, units: 9}]}], none);
  t.match(moved, [
    {key: 'layers.1', a: undefined, b: {value: flatten}},
    {key: 'layers.1.units', keyInB: 'layers.2.units'},
  ]);
});

t.test('the order of keys is no difference; a part with a type that one lacks is told as a whole', async (t) => {
  t.same(
    specDifferences(
      [
        {a: 1, b: {c: 2, d: 3}},
        {b: {d: 3, c: 2}, a: 1},
      ],
      none,
    ),
    [],
  );
  t.match(
    specDifferences([{}, {schedule: {type: 'cosine', warmupSteps: 5}, checkpoint: {every: 1, best: true}}], none),
    [
      {key: 'schedule', b: {value: {type: 'cosine', warmupSteps: 5}}},
      {key: 'checkpoint.every', b: {value: 1}},
      {key: 'checkpoint.best', b: {value: true}},
    ],
  );
});
