import t from 'tap';
import {namePattern, nearestName} from '../../src/model/name-pattern.js';

t.test('a pattern fits whole names and their beginnings up to a slash', async (t) => {
  const cases: readonly (readonly [pattern: string, fits: readonly string[], not: readonly string[]])[] = [
    ['conv2d', ['conv2d', 'conv2d/kernel'], ['conv2d_1/kernel', 'a/conv2d', 'Conv2d']],
    ['conv2d*', ['conv2d', 'conv2d_1', 'conv2d_1/kernel', 'conv2dTranspose/bias'], ['a/conv2d']],
    ['*/bias', ['conv2d/bias', 'backbone/conv2d/bias'], ['bias', 'conv2d/biased', 'conv2d/kernel']],
    ['backbone', ['backbone/conv2d/kernel'], ['backbone_1/conv2d/kernel']],
    ['block_?', ['block_1/add', 'block_2'], ['block_10/add', 'block_']],
    ['*', ['anything', 'a/b'], []],
    ['a.b', ['a.b/c'], ['axb']],
    ['(x', ['(x'], ['x']],
  ];
  for (const [text, fits, not] of cases) {
    const pattern = namePattern(text);
    for (const name of fits) t.ok(pattern.matches(name), `${text} fits ${name}`);
    for (const name of not) t.notOk(pattern.matches(name), `${text} does not fit ${name}`);
  }
});

t.test('what a pattern fits is replaced, stars keep what they stood for', async (t) => {
  const cases: readonly (readonly [pattern: string, target: string, name: string, result: string | undefined])[] = [
    ['model', '', 'model/conv2d/kernel', 'conv2d/kernel'],
    ['features/0', 'conv2d', 'features/0/weight', 'conv2d/weight'],
    ['features/0', 'conv2d', 'features/01/weight', undefined],
    ['batch_normalization*', 'batchNormalization*', 'batch_normalization_1/gamma', 'batchNormalization_1/gamma'],
    ['batch_normalization*', 'batchNormalization*', 'batch_normalization/gamma', 'batchNormalization/gamma'],
    ['layer*/*/w', 'block_*/*/kernel', 'layer1/conv/w', 'block_1/conv/kernel'],
    ['*', 'backbone/*', 'conv2d/kernel', 'backbone/conv2d/kernel'],
    ['a', '$&$1', 'a/b', '$&$1/b'],
  ];
  for (const [text, target, name, result] of cases)
    t.equal(namePattern(text).replace(name, target), result, `${text} → ${target} in ${name}`);
});

t.test('the nearest name may be that of a block or a layer', async (t) => {
  const names = ['backbone/conv2d/kernel', 'head/kernel'];
  t.equal(nearestName('bakbone*', names), 'backbone');
  t.equal(nearestName('haed', names), 'head');
  t.equal(nearestName('backbone/conv2', names), 'backbone/conv2d');
  t.equal(nearestName('decoder', names), undefined);
});
