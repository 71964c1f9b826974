import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {nearest} from '../../src/spec/suggest.js';
import {type LossSpec, lossDefinition, losses, lossFunction} from '../../src/training/losses/registry.js';
import {type ReferenceArray, readReference, relativeError} from '../reference/read.js';

interface LossCase {
  readonly title: string;
  readonly loss: LossSpec;
  readonly targets: ReferenceArray;
  readonly outputs: ReferenceArray;
  readonly weights?: ReferenceArray;
  readonly value: number;
  readonly gradient: ReferenceArray;
}

const byPyTorch = readReference<{cases: LossCase[]}>('losses').cases;
const byKeras = readReference<{cases: LossCase[]}>('weighted_losses').cases;
const cases = [...byPyTorch, ...byKeras];
await loadEagerBackend('cpu');

const tensorOf = ({shape, values}: ReferenceArray): tf.Tensor => tf.tensor(values, shape, 'float32');

for (const one of cases) {
  const {title, loss, targets, outputs, weights, value, gradient} = one;
  const reference = byPyTorch.includes(one) ? 'PyTorch' : 'Keras';
  t.test(`${JSON.stringify(loss)} agrees with ${reference}: ${title}`, async (t) => {
    const compute = lossFunction(loss);
    tf.tidy(() => {
      const [wanted, each] = [tensorOf(targets), weights && tensorOf(weights)];
      const result = tf.valueAndGrad((x: tf.Tensor) => compute(tf, wanted, x, each))(tensorOf(outputs));
      t.same(result.value.shape, []);
      t.same(result.grad.shape, outputs.shape);
      t.ok(Math.abs(result.value.dataSync()[0]! - value) <= 1e-5 * Math.max(Math.abs(value), 1e-2), 'value');
      t.ok(relativeError(result.grad.dataSync(), gradient.values) <= 1e-5, 'gradient');
    });
  });
}

t.test('every loss has a reference, with weights and without', async (t) => {
  for (const name of Object.keys(losses)) {
    const own = cases.filter(({loss}) => loss.type === name);
    t.ok(
      own.some(({weights}) => weights === undefined),
      name,
    );
    t.ok(
      own.some(({weights}) => weights !== undefined),
      `${name}, weighted`,
    );
  }
});

t.test('weights of 1 are no weights', async (t) => {
  for (const {loss, targets, outputs} of cases) {
    tf.tidy(() => {
      const [wanted, given] = [tensorOf(targets), tensorOf(outputs)];
      const plain = tf.valueAndGrad((x: tf.Tensor) => lossFunction(loss)(tf, wanted, x))(given);
      const ones = tf.ones([outputs.shape[0]!]);
      const weighted = tf.valueAndGrad((x: tf.Tensor) => lossFunction(loss)(tf, wanted, x, ones))(given);
      t.same([...weighted.value.dataSync()], [...plain.value.dataSync()], loss.type);
      t.same([...weighted.grad.dataSync()], [...plain.grad.dataSync()], loss.type);
    });
  }
});

t.test('a batch in which nothing counts has a loss of 0 and teaches nothing', async (t) => {
  tf.tidy(() => {
    const compute = lossFunction({type: 'sparseSoftmaxCrossEntropy', ignore: 2});
    const {value, grad} = tf.valueAndGrad((x: tf.Tensor) => compute(tf, tf.tensor([2, 2]), x))(tf.ones([2, 3]));
    t.equal(value.dataSync()[0], 0);
    t.same([...grad.dataSync()], [0, 0, 0, 0, 0, 0]);
  });
});

t.test('the gradient is scaled by what comes from above and temporary tensors are released', async (t) => {
  const before = tf.memory().numTensors;
  for (const {loss, targets, outputs, weights, gradient} of cases) {
    const compute = lossFunction(loss);
    tf.tidy(() => {
      const [wanted, each] = [tensorOf(targets), weights && tensorOf(weights)];
      const tripled = tf.grad((x: tf.Tensor) => tf.mul(compute(tf, wanted, x, each), 3))(tensorOf(outputs));
      t.ok(relativeError(tf.div(tripled, 3).dataSync(), gradient.values) <= 1e-5, loss.type);
    });
  }
  t.equal(tf.memory().numTensors, before);
});

t.test('a NaN or infinite output gives a loss that is not finite', async (t) => {
  const outputs = {
    softmaxCrossEntropy: [2, 2],
    sparseSoftmaxCrossEntropy: [2, 2],
    binaryCrossEntropy: [2, 1],
    meanSquaredError: [2, 1],
    meanAbsoluteError: [2, 1],
    logCosh: [2, 1],
    cosineSimilarity: [2, 1],
  };
  for (const [type, shape] of Object.entries(outputs)) {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const spec = {type} as LossSpec;
      const loss = tf.tidy(() => {
        const values = Array.from({length: shape[0]! * shape[1]!}, (_, i) => (i === 0 ? bad : 1));
        const targets = lossDefinition(spec).targets === 'oneHot' ? tf.tensor([0, 1, 1, 0], [2, 2]) : tf.tensor([0, 1]);
        return lossFunction(spec)(tf, targets, tf.tensor(values, shape)).dataSync()[0]!;
      });
      t.notOk(Number.isFinite(loss), `${type} of ${bad} is ${loss}`);
    }
  }
});

t.test('probabilities of exactly 0 and 1 keep value and gradient finite, and a wrong one still teaches', async (t) => {
  for (const spec of [
    {type: 'softmaxCrossEntropy', fromLogits: false},
    {type: 'binaryCrossEntropy', fromLogits: false},
    {type: 'kullbackLeiblerDivergence'},
  ] as const) {
    tf.tidy(() => {
      const wanted = tf.tensor([1, 0, 1, 0], [2, 2]);
      const given = tf.tensor([0, 1, 1, 0], [2, 2]);
      const {value, grad} = tf.valueAndGrad((x: tf.Tensor) => lossFunction(spec)(tf, wanted, x))(given);
      t.ok(Number.isFinite(value.dataSync()[0]), spec.type);
      const slopes = [...grad.dataSync()];
      t.ok(slopes.every(Number.isFinite), `${spec.type}: ${slopes}`);
      t.ok(slopes[0]! < -1e5, 'the right class had no probability at all');
    });
  }
});

t.test('focal losses stay finite for logits of any size', async (t) => {
  for (const gamma of [0, 0.5, 1, 2]) {
    for (const type of ['softmaxFocalCrossEntropy', 'binaryFocalCrossEntropy'] as const) {
      tf.tidy(() => {
        const wanted = tf.tensor([1, 0, 0, 1], [2, 2]);
        const given = tf.tensor([1000, -1000, 1000, -1000], [2, 2]);
        const {value, grad} = tf.valueAndGrad((x: tf.Tensor) => lossFunction({type, gamma})(tf, wanted, x))(given);
        t.ok(Number.isFinite(value.dataSync()[0]), `${type} ${gamma}`);
        t.ok([...grad.dataSync()].every(Number.isFinite), `${type} ${gamma}: ${grad.dataSync()}`);
      });
    }
  }
});

t.test('names of other frameworks lead to the losses here', async (t) => {
  const names: Record<string, keyof typeof losses> = {
    CrossEntropyLoss: 'softmaxCrossEntropy',
    categorical_crossentropy: 'softmaxCrossEntropy',
    sparse_categorical_crossentropy: 'sparseSoftmaxCrossEntropy',
    NLLLoss: 'sparseSoftmaxCrossEntropy',
    BCEWithLogitsLoss: 'binaryCrossEntropy',
    binary_crossentropy: 'binaryCrossEntropy',
    log_loss: 'binaryCrossEntropy',
    focal: 'softmaxFocalCrossEntropy',
    sigmoid_focal_loss: 'binaryFocalCrossEntropy',
    mse: 'meanSquaredError',
    rmse: 'meanSquaredError',
    L1Loss: 'meanAbsoluteError',
    mae: 'meanAbsoluteError',
    mape: 'meanAbsolutePercentageError',
    msle: 'meanSquaredLogarithmicError',
    SmoothL1Loss: 'huber',
    log_cosh: 'logCosh',
    PoissonNLLLoss: 'poisson',
    kl_divergence: 'kullbackLeiblerDivergence',
    CosineEmbeddingLoss: 'cosineSimilarity',
    MultiMarginLoss: 'categoricalHinge',
  };
  for (const [typed, meant] of Object.entries(names)) t.equal(nearest(typed, Object.keys(losses)), meant, typed);
});
