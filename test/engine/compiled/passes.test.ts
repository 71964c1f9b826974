import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import type {RecordedGraph} from '../../../src/engine/compiled/graph.js';
import {removeAliases} from '../../../src/engine/compiled/passes/aliases.js';
import {removeDeadCode} from '../../../src/engine/compiled/passes/dead-code.js';
import {mergeEqualCalls} from '../../../src/engine/compiled/passes/equal-calls.js';
import {foldConstants} from '../../../src/engine/compiled/passes/fold-constants.js';
import {fuseBias} from '../../../src/engine/compiled/passes/fuse-bias.js';
import {mergeProducts} from '../../../src/engine/compiled/passes/merge-products.js';
import {poolBeforeRelu} from '../../../src/engine/compiled/passes/pool-before-relu.js';
import {simplifyArithmetic} from '../../../src/engine/compiled/passes/simplify-arithmetic.js';
import {record} from '../../../src/engine/compiled/recorder.js';

t.beforeEach(() => void tf.setBackend('cpu'));

const kernelsOf = (graph: RecordedGraph): string[] => graph.calls.map((call) => call.kernel);

t.test('dead code: only what an output depends on stays, in order', async (t) => {
  const graph = record((recording) => {
    const x = recording.input('x', [2]);
    tf.exp(x);
    const kept = tf.relu(x);
    tf.log(tf.add(kept, x));
    recording.output('y', tf.neg(kept));
  });
  t.strictSame(kernelsOf(graph), ['Exp', 'Relu', 'Add', 'Log', 'Neg']);
  t.strictSame(kernelsOf(removeDeadCode(graph)), ['Relu', 'Neg']);
});

t.test('equal calls: the first one is read in place of the others, and of what depends on them', async (t) => {
  const graph = record((recording) => {
    const [x, y] = [recording.input('x', [2, 3]), recording.input('y', [2, 3])];
    recording.output('one', tf.neg(tf.mul(x, y)));
    recording.output('two', tf.neg(tf.mul(x, y)));
    recording.output('turned', tf.mul(y, x));
    recording.output('rows', tf.sum(x, 0));
    recording.output('columns', tf.sum(x, 1));
    recording.output('double', tf.add(tf.mul(x, 2), tf.mul(x, 2)));
    recording.output('triple', tf.mul(x, 3));
  });
  const merged = mergeEqualCalls(graph);
  t.strictSame(kernelsOf(merged).sort(), ['Add', 'Multiply', 'Multiply', 'Multiply', 'Multiply', 'Neg', 'Sum', 'Sum']);
  t.equal(merged.outputs.get('two'), merged.outputs.get('one'));
  const double = merged.calls.find(({kernel}) => kernel === 'Add')!;
  t.equal(double.inputs.a, double.inputs.b);
});

t.test('constants: arithmetic on them is done, and what changes nothing disappears', async (t) => {
  const graph = record((recording) => {
    const x = recording.input('x', [2, 3]);
    const scale = tf.div(tf.mul(tf.scalar(3), tf.scalar(0.1)), tf.scalar(2));
    recording.output('scaled', tf.mul(x, scale));
    recording.output('same', tf.sub(tf.add(tf.div(tf.mul(tf.neg(x), 1), 1), 0), 0));
    recording.output('nothing', tf.mul(x, 0));
    recording.output('larger', tf.mul(recording.input('row', [3]), tf.ones([2, 3])));
  });
  const simple = foldConstants(graph);
  t.strictSame(
    kernelsOf(simple),
    ['Multiply', 'Neg', 'Multiply', 'Multiply'],
    'a product with 0 and one that widens stay',
  );
  const {b} = simple.calls[0]!.inputs;
  t.strictSame(b!.source, {kind: 'constant', value: Math.fround(Math.fround(3 * Math.fround(0.1)) / 2)});
  t.equal(simple.outputs.get('same'), simple.calls[1]!.outputs[0]);
});

t.test('simplify arithmetic: sums of equals, sums of negatives, products with two numbers', async (t) => {
  const graph = record((recording) => {
    const [x, y] = [recording.input('x', [2, 3]), recording.input('y', [3])];
    recording.output('double', tf.add(x, x));
    recording.output('difference', tf.add(x, tf.neg(y)));
    recording.output('turned difference', tf.add(tf.neg(x), y));
    recording.output('sum', tf.sub(x, tf.neg(y)));
    recording.output('six', tf.mul(2, tf.mul(x, 3)));
    const read = tf.mul(x, 5);
    recording.output('read twice', tf.add(tf.mul(read, 3), tf.exp(read)));
    recording.output('tiny', tf.mul(tf.mul(x, 1e-30), 1e-30));
  });
  const simple = removeDeadCode(simplifyArithmetic(graph));
  const maker = (name: string) => simple.calls.find(({outputs}) => outputs[0] === simple.outputs.get(name))!;
  const number = (name: string) => {
    const source = maker(name).inputs.a?.source;
    return source?.kind === 'constant' ? source.value : undefined;
  };
  t.strictSame([maker('double').kernel, number('double')], ['Multiply', 2]);
  t.equal(maker('difference').kernel, 'Sub');
  t.equal(maker('turned difference').kernel, 'Sub');
  t.equal(maker('turned difference').inputs.a, graph.inputs[1]);
  t.equal(maker('sum').kernel, 'Add');
  t.strictSame([maker('six').kernel, number('six'), maker('six').inputs.b], ['Multiply', 6, graph.inputs[0]]);
  t.strictSame(
    kernelsOf(simple).filter((kernel) => kernel === 'Neg'),
    [],
  );
  t.equal(
    kernelsOf(simple).filter((kernel) => kernel === 'Multiply').length,
    6,
    '1e-30 · 1e-30 stays apart, and what is read twice',
  );
});

t.test('fuse bias: a product that only the addition reads takes the bias', async (t) => {
  const graph = record((recording) => {
    const [a, b, bias] = [recording.input('a', [2, 3]), recording.input('b', [3, 4]), recording.input('bias', [4])];
    recording.output('y', tf.relu(tf.add(tf.matMul(a, b), bias)));
  });
  const fused = fuseBias(graph);
  t.strictSame(kernelsOf(fused), ['_FusedMatMul', 'Relu']);
  t.equal(fused.calls[0]!.inputs.bias, graph.inputs[2]);
});

t.test('fuse bias: the product of two matrices takes a matrix of its own shape, others do not', async (t) => {
  const sum = (...[a, b, c]: number[][]): RecordedGraph =>
    record((recording) => {
      const product = tf.matMul(recording.input('a', a!), recording.input('b', b!));
      recording.output('y', tf.add(product, recording.input('c', c!)));
    });
  const fused = fuseBias(sum([2, 3], [3, 4], [2, 4]));
  t.strictSame(kernelsOf(fused), ['_FusedMatMul']);
  t.equal(fused.calls[0]!.inputs.bias, fused.inputs[2]);
  t.strictSame(kernelsOf(fuseBias(sum([2, 3], [3, 4], [1, 4]))), ['BatchMatMul', 'Add'], 'a row');
  t.strictSame(kernelsOf(fuseBias(sum([5, 2, 3], [5, 3, 4], [5, 2, 4]))), ['BatchMatMul', 'Add'], 'several matrices');
});

t.test('fuse bias: leaves alone what is read elsewhere, is an output, or is no vector of the last axis', async (t) => {
  const untouched = (
    build: (product: tf.Tensor, vector: tf.Tensor, output: (name: string, y: tf.Tensor) => void) => void,
  ): void => {
    const graph = record((recording) => {
      const product = tf.matMul(recording.input('a', [2, 4]), recording.input('b', [4, 4]));
      build(product, recording.input('v', [4]), (name, y) => recording.output(name, y));
    });
    t.strictSame(kernelsOf(fuseBias(graph)), kernelsOf(graph));
  };
  untouched((product, vector, output) => output('y', tf.mul(tf.add(product, vector), product)));
  untouched((product, vector, output) => {
    output('product', product);
    output('y', tf.add(product, vector));
  });
  untouched((product, vector, output) => output('y', tf.add(product, tf.reshape(vector, [1, 4]))));
});

t.test('aliases: identities, equal reshapes and equal casts disappear, their readers read the original', async (t) => {
  const graph = record((recording) => {
    const x = recording.input('x', [2, 3]);
    const same = tf.cast(tf.reshape(tf.clone(x), [2, 3]), 'float32');
    recording.output('y', tf.exp(same));
    recording.output('z', tf.reshape(same, [6]));
    recording.output('x again', same);
  });
  const cleaned = removeAliases(graph);
  t.strictSame(kernelsOf(cleaned), ['Exp', 'Reshape']);
  t.equal(cleaned.calls[0]!.inputs.x, graph.inputs[0]);
  t.equal(cleaned.outputs.get('x again'), graph.inputs[0]);
});

const pooled = (x: tf.Tensor): tf.Tensor => tf.maxPool(tf.relu(x) as tf.Tensor4D, 2, 2, 'valid');

t.test('pool before relu: forward and backward work on the pooled values', async (t) => {
  const graph = record((recording) => {
    const x = recording.input('x', [1, 4, 4, 1]);
    const {value, grad} = tf.valueAndGrad((z: tf.Tensor) => tf.sum(pooled(z)))(x);
    recording.output('value', value);
    recording.output('gradient', grad);
  });
  const cleaned = removeDeadCode(removeAliases(graph));
  const rewritten = poolBeforeRelu(cleaned);
  const shapeOf = (kernel: string) => rewritten.calls.find((call) => call.kernel === kernel)!.outputs[0]!.shape;
  t.ok(kernelsOf(rewritten).indexOf('MaxPool') < kernelsOf(rewritten).indexOf('Relu'));
  t.strictSame(shapeOf('Relu'), [1, 2, 2, 1]);
  t.strictSame(rewritten.outputs.get('gradient')!.shape, [1, 4, 4, 1]);
  t.equal(rewritten.calls.at(-1)!.kernel, 'MaxPoolGrad');
});

t.test('pool before relu: leaves alone a relu that somebody else reads', async (t) => {
  const graph = record((recording) => {
    const y = tf.relu(recording.input('x', [1, 4, 4, 1]));
    recording.output('pooled', tf.maxPool(y as tf.Tensor4D, 2, 2, 'valid'));
    recording.output('relu', y);
  });
  t.strictSame(kernelsOf(poolBeforeRelu(graph)), ['Relu', 'MaxPool']);
});

/** A weight that `count` steps use: h = tanh(h · w), and its gradient. */
const recurrence = (count: number, readSum = false): RecordedGraph =>
  record((recording) => {
    const h = recording.input('h', [2, 3]);
    const w = recording.input('w', [3, 3]);
    const run = (weight: tf.Tensor): tf.Tensor => {
      let state = h;
      for (let step = 0; step < count; step++) state = tf.tanh(tf.matMul(state, weight));
      return tf.sum(state);
    };
    const gradient = tf.grad(run)(w);
    recording.output('gradient', readSum ? tf.add(gradient, w) : gradient);
  });

t.test('merge products: the gradient of a weight used many times is one product', async (t) => {
  const graph = removeDeadCode(removeAliases(recurrence(6)));
  const weightGradients = (one: RecordedGraph) =>
    one.calls.filter(({kernel, attrs}) => kernel === 'BatchMatMul' && attrs.transposeA === true);
  t.equal(weightGradients(graph).length, 6);
  const merged = mergeProducts(graph);
  const [product, ...others] = weightGradients(merged);
  t.same(others, []);
  t.same(
    [product!.inputs.a!.shape, product!.inputs.b!.shape],
    [
      [12, 3],
      [12, 3],
    ],
  );
  t.equal(product!.outputs[0], graph.outputs.get('gradient'));
  const made = new Set(graph.inputs.map(({id}) => id));
  for (const {inputs, outputs} of merged.calls) {
    for (const value of Object.values(inputs)) {
      t.ok(value!.source.kind === 'constant' || made.has(value!.id), 'every value is made before it is read');
    }
    for (const {id} of outputs) made.add(id);
  }
});

t.test('merge products: what else is in the sum is added; few products stay as they are', async (t) => {
  const withMore = removeDeadCode(removeAliases(recurrence(6, true)));
  const merged = mergeProducts(withMore);
  t.equal(merged.calls.at(-1)!.kernel, 'Add');
  t.equal(merged.calls.at(-1)!.inputs.b, withMore.inputs[1]);
  const few = removeDeadCode(removeAliases(recurrence(3)));
  t.strictSame(mergeProducts(few).calls, few.calls);
});
