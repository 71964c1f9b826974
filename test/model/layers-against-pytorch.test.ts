import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {buildModel} from '../../src/model/build.js';
import type {CallContext, NoiseRequest} from '../../src/model/call-context.js';
import {forward} from '../../src/model/forward.js';
import type {LayerDefinition} from '../../src/model/layer.js';
import {layers} from '../../src/model/layers/index.js';
import {Rng} from '../../src/support/random.js';
import {disagreement, modelOf, readLayerCases, tensorOf, writeWeights} from './fixtures.js';

await tf.setBackend('cpu');
const cases = readLayerCases();

t.test('every layer of one input has cases; the others are in graphs-against-pytorch', async (t) => {
  const ofOneInput = Object.values<LayerDefinition>(layers).filter(({arity}) => !arity);
  t.same([...new Set(cases.map(({layer}) => layer.type))].sort(), ofOneInput.map(({type}) => type).sort());
});

for (const {title, layer, ...reference} of cases) {
  t.test(title, async (t) => {
    const numTensorsBefore = tf.memory().numTensors;
    const built = await buildModel(modelOf(layer), {
      inputShape: reference.inputs.shape.slice(1),
      rng: Rng.fromSeed(1),
    });
    writeWeights(built, reference.weights);
    t.same(built.outputShape, reference.output.shape.slice(1), 'inferred output shape');

    const requests: NoiseRequest[] = [];
    const moved = new Map<string, tf.Tensor>();
    const context: CallContext = reference.training
      ? {
          training: true,
          noise(request) {
            requests.push(request);
            return tensorOf(reference.noise!);
          },
          assignAfterStep: (variable, value) => void moved.set(variable.originalName, tf.keep(value)),
        }
      : {training: false};

    const given = tensorOf(reference.inputs);
    const inputs = tf.variable(given, true);
    const probe = tensorOf(reference.probe);
    const output = tf.tidy(() => forward(built.network, inputs, context));
    t.ok(disagreement(output, reference.output) <= 1, 'output');
    tf.dispose([...moved.values()]);

    const trainable = built.weights.filter((weight) => weight.trainable);
    const variables = [inputs, ...trainable.map(({variable}) => variable.read() as tf.Variable)];
    const {value, grads} = tf.variableGrads(
      () => tf.sum(tf.mul(forward(built.network, inputs, context), probe)) as tf.Scalar,
      variables,
    );
    t.ok(disagreement(grads[inputs.name]!, reference.inputGradient) <= 1, 'gradient of the input');
    t.same(trainable.map(({name}) => name.split('/')[1]).sort(), Object.keys(reference.weightGradients).sort());
    for (const {name, variable} of trainable) {
      const expected = reference.weightGradients[name.split('/')[1]!]!;
      t.ok(disagreement(grads[(variable.read() as tf.Variable).name]!, expected) <= 1, `gradient of ${name}`);
    }
    for (const [name, expected] of Object.entries(reference.moved ?? {})) {
      t.ok(disagreement(moved.get(`${layer.type}/${name}`)!, expected) <= 1, `${name} after the step`);
    }
    for (const request of requests) {
      const kind = reference.noiseKind ?? 'keepMask';
      const rate = kind === 'normal' ? 0 : layer.rate;
      t.match(request, {layer: layer.type, kind, rate, shape: reference.noise!.shape});
    }
    t.equal(requests.length, reference.noise ? 2 : 0, 'noise asked for in each of the two passes, in training only');

    built.network.dispose();
    tf.dispose([given, inputs, probe, output, value, grads, ...moved.values()]);
    t.equal(tf.memory().numTensors, numTensorsBefore, 'no tensor is left');
  });
}
