import t from 'tap';
import {chooseEngine, createSession} from '../../src/engine/create-session.js';
import type {SessionOptions} from '../../src/engine/options.js';
import {buildModel} from '../../src/model/build.js';
import {Rng} from '../../src/support/random.js';
import {optimizerRule} from '../../src/training/optimizers/registry.js';
import {modelOf} from '../model/fixtures.js';
import {plainBatch, plainOutputs} from './plain.js';

const sgdRule = optimizerRule({
  type: 'sgd',
  learningRate: 0.1,
  momentum: 0,
  nesterov: false,
  weightDecay: 0,
  excludeBiasAndNorm: false,
});

// On Linux a machine without a GPU, whatever this one has.
process.env.VK_ICD_FILENAMES = '/nowhere/driver.json';

t.test('what engine and device come to', async (t) => {
  t.strictSame(await chooseEngine('auto', 'auto'), {engine: 'compiled', provider: 'cpu', mayFallBack: true});
  t.strictSame(await chooseEngine('auto', 'cpu'), {engine: 'compiled', provider: 'cpu', mayFallBack: true});
  t.strictSame(await chooseEngine('compiled', 'cpu'), {engine: 'compiled', provider: 'cpu', mayFallBack: false});
  t.strictSame(await chooseEngine('eager', 'cpu'), {engine: 'eager', provider: 'cpu', mayFallBack: false});
});

t.test('a device asked for by name is never exchanged for another', async (t) => {
  for (const engine of ['auto', 'eager', 'compiled'] as const) {
    await t.rejects(chooseEngine(engine, 'webgpu'), {
      code: 'ENGINE_UNAVAILABLE',
      message: /^device webgpu cannot be used: \S/,
      hint: /\S/,
    });
    await t.rejects(chooseEngine(engine, 'webgpu:1'), {message: /^device webgpu:1 cannot be used: \S/});
  }
  await t.rejects(chooseEngine('compiled', 'cuda:1'), {
    code: 'ENGINE_UNAVAILABLE',
    message: /^device cuda:1 cannot be used: \S/,
    hint: /\S/,
  });
});

/** A model with a loss that takes the hyperbolic sine of its output, which the compiled engine has no lowering for. */
async function withUnsupportedLoss(): Promise<{readonly options: SessionOptions; readonly dispose: () => void}> {
  const model = await buildModel(modelOf({type: 'dense', units: 1}), {inputShapes: {input: [2]}, rng: Rng.fromSeed(1)});
  const options: SessionOptions = {
    model,
    rule: sgdRule,
    rng: Rng.fromSeed(2),
    outputs: plainOutputs((tf, targets, outputs) => tf.mean(tf.square(tf.sub(tf.sinh(outputs), targets))), [1]),
  };
  return {options, dispose: () => model.network.dispose()};
}

t.test('a kernel that cannot be compiled: auto falls back and says so, compiled fails', async (t) => {
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
  };
  const automatic = await chooseEngine('auto', 'auto');
  const {options, dispose} = await withUnsupportedLoss();
  const session = await createSession(automatic, options, 4, warn);
  t.equal(session.engine, 'eager');
  t.equal(warnings.length, 1);
  t.match(
    warnings[0],
    /Sinh.*; training goes on with the eager engine(, which is much slower| on cpu \(TensorFlow [\d.]+\))$/,
  );
  const batch = plainBatch(1, [1, 2], [0]);
  t.ok(Number.isFinite((await session.step(batch, {learningRate: 0.1, step: 1})).loss), 'and it trains');
  await session.dispose();

  const named = await chooseEngine('compiled', 'auto');
  await t.rejects(createSession(named, options, 4, warn), {code: 'KERNEL_UNSUPPORTED'});
  t.equal(warnings.length, 1);
  dispose();
});
