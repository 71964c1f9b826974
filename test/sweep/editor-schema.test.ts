import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {Ajv} from 'ajv';
import t from 'tap';
import {parse} from 'yaml';
import {sweepEditorSchema} from '../../src/sweep/editor-schema.js';

const admits = new Ajv({strict: false, allErrors: true}).compile(sweepEditorSchema());
const whole = {name: 'try', experiment: 'a.yaml', metric: 'val_loss', parameters: {'training.batchSize': [8, 16]}};

t.test('editors accept the lessons', async (t) => {
  const folder = 'experiments/sweeps';
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'));
  t.ok(names.length >= 3);
  for (const name of names) {
    t.ok(admits(parse(await readFile(path.join(folder, name), 'utf8'))), `${name}: ${JSON.stringify(admits.errors)}`);
  }
});

t.test('and an experiment in place of its path, ranges, and items that are repeated', async (t) => {
  const experiment = {extends: 'base.yaml', model: {layers: [{type: 'dense', units: 3}]}};
  const of = {type: 'dense', units: {min: 4, max: 8}};
  const parameters = {'model.layers.0': {repeat: {min: 1, max: 3}, of}, 'training.epochs': {min: 1, max: 3, step: 1}};
  t.ok(admits({...whole, experiment, parameters}), JSON.stringify(admits.errors));
});

t.test('they refuse unknown keys and words, and wrong values', async (t) => {
  t.notOk(admits({...whole, paralel: 2}));
  t.notOk(admits({...whole, sampler: 'gird'}));
  t.notOk(admits({...whole, pruner: {type: 'asha', eta: 'three'}}));
  t.notOk(admits({...whole, parameters: {'training.batchSize': 8}}));
  t.notOk(admits({...whole, parameters: {'training.batchSize': {low: 8, high: 16}}}));
  t.notOk(admits({...whole, metric: undefined}));
});
