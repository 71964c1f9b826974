import path from 'node:path';
import {setImmediate} from 'node:timers/promises';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {loadExperiment} from '../../src/experiment/load.js';
import {prepareExperiment} from '../../src/experiment/prepare.js';
import {train} from '../../src/training/loop.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes that are held when everything that can go is gone; native memory goes a turn of the event loop after what held it. */
async function measure() {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await setImmediate();
  }
  const {heapUsed, external, arrayBuffers} = process.memoryUsage();
  return {heapUsed, external, arrayBuffers, numTensors: tf.memory().numTensors};
}

const spec = path.resolve(import.meta.dirname, '../../experiments/2-iris-mlp.yaml');
/** Noise, moving statistics and clipping take paths of their own through a step. */
const overrides = [
  'model.layers=[{type: dense, units: 8}, {type: batchNormalization}, {type: dropout, rate: 0.1}, {type: dense, units: 3, name: logits}]',
  'training.gradientClipping={by: globalNorm, max: 1}',
  'data.validation=null',
  'checkpoint={last: false}',
];
/** Of compiled code and the like, which V8 makes until late: 60 bytes a step or 170, less than a tensor or a promise that is kept. */
const allowedBytes = 500_000;

const cases = [
  {engine: 'compiled', numSettling: 1000, numSteps: 10_000},
  {engine: 'eager', numSettling: 2000, numSteps: 5000},
] as const;

for (const {engine, numSettling, numSteps} of cases) {
  t.test(`${numSteps} steps of the ${engine} engine hold no more memory than ${numSettling}`, async (t) => {
    const stepsPerEpoch = Math.ceil(120 / 16);
    const epochs = Math.ceil(numSteps / stepsPerEpoch);
    const experiment = await loadExperiment(
      {path: spec},
      {overrides: [...overrides, `engine=${engine}`, 'device=cpu', `training.epochs=${epochs}`]},
    );
    const {dataset, session, model, rng, dispose} = await prepareExperiment(experiment, t.fail.bind(t));
    const held: Awaited<ReturnType<typeof measure>>[] = [];
    const {step} = await train({
      session,
      dataset,
      spec: experiment.spec.training,
      checkpoint: experiment.spec.checkpoint,
      outputShapes: model.outputShapes,
      numParameters: model.numParameters,
      rng,
      evaluateTestEveryEpoch: false,
      maxSteps: numSteps,
      async listener(event) {
        if (event.type === 'step' && (event.step === numSettling || event.step === numSteps))
          held.push(await measure());
      },
    });
    t.equal(step, numSteps);
    const [before, after] = held;
    for (const kind of ['heapUsed', 'external', 'arrayBuffers'] as const) {
      const growth = after![kind] - before![kind];
      t.ok(growth < allowedBytes, `${kind} grew by ${growth} bytes`);
    }
    t.equal(after!.numTensors, before!.numTensors);
    await dispose();
  });
}
