import t from 'tap';
import {planModel} from '../../src/model/infer-shapes.js';
import {matchWeights, type WeightMatch} from '../../src/model/init/match-weights.js';
import type {InitSpec} from '../../src/model/init/section.js';
import type {Shape} from '../../src/support/tensor.js';
import {modelOf} from './fixtures.js';

const plan = planModel(
  modelOf(
    {type: 'dense', units: 4, name: 'body/dense'},
    {type: 'batchNormalization', name: 'body/norm'},
    {type: 'dense', units: 2, name: 'head'},
  ),
  {input: [3]},
);

const body: Record<string, Shape> = {
  'body/dense/kernel': [3, 4],
  'body/dense/bias': [4],
  'body/norm/gamma': [4],
  'body/norm/beta': [4],
  'body/norm/moving_mean': [4],
  'body/norm/moving_variance': [4],
};
const whole = {...body, 'head/kernel': [4, 2], 'head/bias': [2]};

const match = (file: Readonly<Record<string, Shape>>, options: Partial<InitSpec> = {}): WeightMatch =>
  matchWeights(
    plan,
    {from: 'w', layout: 'keras', rename: {}, exclude: [], match: 'all', ...options},
    new Map(Object.entries(file).map(([name, shape]) => [name, {shape}])),
    'w.npz',
  );

const names = ({filled}: WeightMatch): readonly string[] => filled.map(({recipe}) => recipe.weight);
const mapped = (file: Readonly<Record<string, Shape>>, name: (own: string) => string) =>
  Object.fromEntries(Object.entries(file).map(([own, shape]) => [name(own), shape]));

t.test('all weights by name, others of the file are not used', async (t) => {
  const result = match({...whole, 'tail/kernel': [2, 2]});
  t.same(names(result), Object.keys(whole));
  t.same(result.left, []);
  t.same(result.unused, ['tail/kernel']);
});

t.test('include and exclude choose weights of the model', async (t) => {
  const left = (options: Partial<InitSpec>): readonly string[] =>
    match(whole, options).left.map(({name, reason}) => `${name} ${reason}`);
  t.same(left({exclude: ['head']}), ['head/kernel excluded', 'head/bias excluded']);
  t.same(left({include: ['body']}), ['head/kernel excluded', 'head/bias excluded']);
  t.same(
    left({include: ['*/kernel', 'head'], exclude: ['body/*']}),
    Object.keys(body).map((name) => `${name} excluded`),
  );
  t.same(match(body, {exclude: ['head']}).left.length, 2, 'what is excluded may be missing');
});

t.test('names of others are renamed', async (t) => {
  const theirs = mapped(whole, (name) => `model/${name.replace('head', 'dense_7')}:0`);
  const result = match(theirs, {rename: {'model/dense_7': 'head', model: ''}});
  t.same(names(result), Object.keys(whole));
  t.same(result.filled.at(-1)!.from, ['model/dense_7/bias:0']);
  const keras = {'b/batch_normalization_2/gamma': [4], 'b/batch_normalization_2/beta': [4]};
  const norm = {rename: {'b/batch_normalization_*': 'body/norm'}, include: ['body/norm/gamma', '*/beta']};
  t.same(names(match(keras, norm)), ['body/norm/gamma', 'body/norm/beta']);
});

const refused = (file: Readonly<Record<string, Shape>>, options: Partial<InitSpec> = {}) => {
  try {
    match(file, options);
  } catch (error) {
    const {path, message, hint} = error as {path: unknown; message: string; hint: string};
    return {path, message, hint: hint?.split('\n')};
  }
  throw new Error('nothing was refused');
};

t.test('missing weights and other shapes are listed with what was meant', async (t) => {
  const file: Record<string, Shape> = {
    ...mapped(whole, (name) => name.replace('gamma', 'gama')),
    'head/kernel': [4, 5],
  };
  delete file['head/bias'];
  t.same(refused(file), {
    path: ['init', 'from'],
    message: '3 of 8 weights of the model are not in w.npz, or of another shape there',
    hint: [
      'body/norm/gamma [4]: did you mean body/norm/gama?',
      'head/kernel [4, 2]: head/kernel is [4, 5] in the file',
      'head/bias [2]',
      'not used of the file: body/norm/gama, head/kernel',
      'rename: {theirs: ours} brings names together, exclude: [layer] lets layers start as usual, match: matching takes what fits',
    ],
  });
  const {left} = match(file, {match: 'matching'});
  t.same(
    left.map(({name, reason}) => [name, reason]),
    [
      ['body/norm/gamma', 'missing'],
      ['head/kernel', 'shape'],
      ['head/bias', 'missing'],
    ],
  );
});

t.test('nothing that fits is an error in any case', async (t) => {
  const state = {'body.dense.weight': [4, 3], 'body.dense.bias': [4]};
  t.same(refused(state, {match: 'matching'}), {
    path: ['init', 'from'],
    message: 'nothing in w.npz fits a weight of this model',
    hint: [
      'the file has body.dense.weight, body.dense.bias',
      'the model has body/dense/kernel, body/dense/bias, body/norm/gamma, body/norm/beta, body/norm/moving_mean, body/norm/moving_variance, head/kernel, head/bias',
      'those are names of PyTorch: write `layout: pytorch`',
    ],
  });
  t.same(names(match(state, {layout: 'pytorch', match: 'matching'})), ['body/dense/kernel', 'body/dense/bias']);
});

t.test('names of the file are shown harmlessly', async (t) => {
  const evil = `\u001b[2J${'x'.repeat(1000)}`;
  const {hint} = refused({...body, 'head/kernel': [4, 5], 'head/bias': [2], [evil]: [1]});
  t.equal(hint[1], `not used of the file: head/kernel, �[2J${'x'.repeat(75)}…`);
});

t.test('in PyTorch’s layout shapes are PyTorch’s', async (t) => {
  const {hint} = refused(
    {'body.dense.weight': [3, 4], 'body.dense.bias': [4]},
    {layout: 'pytorch', exclude: ['head', 'body/norm']},
  );
  t.equal(hint[0], 'body/dense/kernel [3, 4]: body.dense.weight is [3, 4] in the file; expected [4, 3]');
});

t.test('patterns and renames that fit nothing, renames that collide', async (t) => {
  t.same(refused(whole, {include: ['body', 'haed']}), {
    path: ['init', 'include', 1],
    message: 'model.init.include[1]: no weight of the model has a name like `haed`',
    hint: ['did you mean `head`?'],
  });
  t.same(refused(whole, {exclude: ['decoder*']}).path, ['init', 'exclude', 0]);
  t.same(refused(whole, {rename: {bodi: 'body'}}), {
    path: ['init', 'rename', 'bodi'],
    message: 'model.init.rename: nothing in w.npz has a name like `bodi`',
    hint: ['did you mean `body`?'],
  });
  t.same(refused(whole, {rename: {'body/dense': 'head'}}), {
    path: ['init', 'rename'],
    message: 'model.init.rename: body/dense/kernel and head/kernel of w.npz would both be head/kernel',
    hint: undefined,
  });
});
