import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {buildModel} from '../../src/model/build.js';
import type {CallContext} from '../../src/model/call-context.js';
import {forward} from '../../src/model/forward.js';
import type {LayerDefinition} from '../../src/model/layer.js';
import {layers} from '../../src/model/layers/index.js';
import {Rng} from '../../src/support/random.js';
import {disagreement, type GraphCase, modelOf, readGraphCases, tensorOf} from './fixtures.js';

await tf.setBackend('cpu');
const cases = readGraphCases();

t.test('every layer that merges has a case', async (t) => {
  const merging = Object.values<LayerDefinition>(layers).filter(({arity}) => arity);
  const seen = new Set<string>(cases.flatMap((one) => one.layers.map(({type}) => type)));
  t.ok(merging.length >= 8);
  for (const {type} of merging) t.ok(seen.has(type), type);
});

for (const {title, layers: written, training, ...reference} of cases) {
  t.test(title, async (t) => {
    const numTensorsBefore = tf.memory().numTensors;
    const inputShape = reference.inputs.shape.slice(1);
    const built = await buildModel(modelOf(...written), {inputShapes: {input: inputShape}, rng: Rng.fromSeed(1)});
    t.same(built.weights.map(({name}) => name).sort(), Object.keys(reference.weights).sort());
    for (const {name, variable} of built.weights) {
      const value = tensorOf(reference.weights[name]!);
      variable.write(value);
      value.dispose();
    }
    t.same(built.outputShapes.output, reference.output.shape.slice(1), 'inferred output shape');

    const moved = new Map<string, tf.Tensor>();
    const context: CallContext = training
      ? {training, assignAfterStep: (variable, value) => void moved.set(variable.originalName, tf.keep(value))}
      : {training};
    const given = tensorOf(reference.inputs);
    const inputs = tf.variable(given, true);
    const probe = tensorOf(reference.probe);
    const output = tf.tidy(() => forward(built.network, [inputs], context)[0]!);
    t.ok(disagreement(output, reference.output) <= 1, 'output');
    t.same([...moved.keys()].sort(), Object.keys(reference.moved).sort());
    for (const [name, value] of moved) t.ok(disagreement(value, reference.moved[name]!) <= 1, name);
    tf.dispose([...moved.values()]);

    const trainable = built.weights.filter((weight) => weight.trainable);
    const variables = [inputs, ...trainable.map(({variable}) => variable.read() as tf.Variable)];
    const {value, grads} = tf.variableGrads(
      () => tf.sum(tf.mul(forward(built.network, [inputs], context)[0]!, probe)) as tf.Scalar,
      variables,
    );
    // Gradients of deep networks are sums with much cancellation: 1e-5 is what float32 leaves of values around 1.
    const agrees = (tensor: tf.Tensor, expected: GraphCase['output']): boolean =>
      disagreement(tensor, expected, 1e-4, 1e-5) <= 1;
    if (reference.inputGradient) t.ok(agrees(grads[inputs.name]!, reference.inputGradient), 'gradient of the input');
    t.equal(Boolean(grads[inputs.name]), Boolean(reference.inputGradient), 'class numbers have no gradient');
    t.same(trainable.map(({name}) => name).sort(), Object.keys(reference.weightGradients).sort());
    for (const {name, variable} of trainable) {
      const gradient = grads[(variable.read() as tf.Variable).name]!;
      t.ok(agrees(gradient, reference.weightGradients[name]!), `gradient of ${name}`);
    }

    built.network.dispose();
    tf.dispose([given, inputs, probe, output, value, grads, ...moved.values()]);
    t.equal(tf.memory().numTensors, numTensorsBefore, 'no tensor is left');
  });
}
