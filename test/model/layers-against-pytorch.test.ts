import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {buildModel} from '../../src/model/build.js';
import type {CallContext, NoiseRequest} from '../../src/model/call-context.js';
import {forward} from '../../src/model/forward.js';
import type {LayerDefinition} from '../../src/model/layer.js';
import {layers} from '../../src/model/layers/index.js';
import {Rng} from '../../src/support/random.js';
import {disagreement, modelOf, readLayerCases, tensorOf, type WrittenLayer, writeWeights} from './fixtures.js';

await tf.setBackend('cpu');
const cases = readLayerCases();

t.test('every layer of one input has cases; the others are in graphs-against-pytorch', async (t) => {
  const ofOneInput = Object.values<LayerDefinition>(layers).filter(({arity}) => !arity || arity.min === 1);
  t.same([...new Set(cases.map(({layer}) => layer.type))].sort(), ofOneInput.map(({type}) => type).sort());
});

for (const {title, layer, ...reference} of cases) {
  t.test(title, async (t) => {
    const numTensorsBefore = tf.memory().numTensors;
    const built = await buildModel(modelOf(layer), {
      inputShapes: {input: reference.inputs.shape.slice(1)},
      rng: Rng.fromSeed(1),
    });
    writeWeights(built, reference.weights);
    t.same(built.outputShapes.output, reference.output.shape.slice(1), 'inferred output shape');

    const masks = reference.noises ?? (reference.noise ? {[layer.type]: reference.noise} : {});
    const requests: NoiseRequest[] = [];
    const moved = new Map<string, tf.Tensor>();
    const context: CallContext = reference.training
      ? {
          training: true,
          noise(request) {
            requests.push(request);
            return tensorOf(masks[request.layer]!);
          },
          assignAfterStep: (variable, value) => void moved.set(variable.originalName, tf.keep(value)),
        }
      : {training: false};

    const given = tensorOf(reference.inputs);
    const inputs = tf.variable(given, true);
    const probe = tensorOf(reference.probe);
    const output = tf.tidy(() => forward(built.network, [inputs], context)[0]!);
    t.ok(disagreement(output, reference.output) <= 1, 'output');
    tf.dispose([...moved.values()]);

    const trainable = built.weights.filter((weight) => weight.trainable);
    const variables = [inputs, ...trainable.map(({variable}) => variable.read() as tf.Variable)];
    const {value, grads} = tf.variableGrads(
      () => tf.sum(tf.mul(forward(built.network, [inputs], context)[0]!, probe)) as tf.Scalar,
      variables,
    );
    if (reference.inputGradient) {
      t.ok(disagreement(grads[inputs.name]!, reference.inputGradient) <= 1, 'gradient of the input');
    }
    t.equal(Boolean(grads[inputs.name]), Boolean(reference.inputGradient), 'class numbers have no gradient');
    const ownName = (name: string): string => name.slice(name.indexOf('/') + 1);
    t.same(trainable.map(({name}) => ownName(name)).sort(), Object.keys(reference.weightGradients).sort());
    for (const {name, variable} of trainable) {
      const expected = reference.weightGradients[ownName(name)]!;
      // Attention does not change with an offset on all keys: a gradient of zero, but for the rounding of what cancels.
      const absolute = expected.values.every((wanted) => Math.abs(wanted) < 1e-12) ? 1e-5 : 1e-6;
      const found = grads[(variable.read() as tf.Variable).name]!;
      t.ok(disagreement(found, expected, 1e-4, absolute) <= 1, `gradient of ${name}`);
    }
    for (const [name, expected] of Object.entries(reference.moved ?? {})) {
      t.ok(disagreement(moved.get(`${layer.type}/${name}`)!, expected) <= 1, `${name} after the step`);
    }
    const asking = (layer.layer ?? layer) as WrittenLayer;
    for (const request of requests) {
      const purpose = request.layer.split('/')[1] ?? ('rate' in asking ? 'rate' : 'dropout');
      const kind = reference.noiseKind ?? 'keepMask';
      const rate = kind === 'normal' ? 0 : asking[purpose];
      t.match(request, {kind, rate, shape: masks[request.layer]!.shape});
    }
    const asked = [...Object.keys(masks), ...Object.keys(masks)].sort();
    t.same(requests.map((request) => request.layer).sort(), asked, 'noise asked for in each of the two passes');

    built.network.dispose();
    tf.dispose([given, inputs, probe, output, value, grads, ...moved.values()]);
    t.equal(tf.memory().numTensors, numTensorsBefore, 'no tensor is left');
  });
}
