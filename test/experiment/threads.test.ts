import t from 'tap';
import {CompiledSession} from '../../src/engine/compiled/session.js';
import {loadExperiment} from '../../src/experiment/load.js';
import {prepareExperiment} from '../../src/experiment/prepare.js';

/**
 * docs/reproducibility.md promises the same bits for the same number of threads, whichever of them is done first. (Not for another number:
 * ResNet-20's sums over a batch are divided among the threads.) More threads than the machine has processors divide the work all the same.
 */
const cases: Readonly<Record<string, readonly string[]>> = {
  'experiments/mnist-quick.yaml': ['data.limit.train=512', 'data.limit.test=64'],
  'experiments/4-resnet20-blocks.yaml': ['data.limit={train: 320, test: 16}', 'training.batchSize=64'],
  'experiments/3-mnist-mlp.yaml': ['data.limit={train: 1024, test: 16}', 'training.batchSize=500'],
  'experiments/9-authors-lstm.yaml': ['training.batchSize=32'],
  'experiments/10-alice-transformer.yaml': ['training.batchSize=8'],
};
const numSteps = 3;

for (const [path, overrides] of Object.entries(cases)) {
  t.test(path, async (t) => {
    const loaded = await loadExperiment({path}, {overrides: [...overrides, 'engine=compiled', 'data.workers=0']});
    const weightsWith = async (numThreads: number): Promise<Map<string, Buffer>> => {
      const prepared = await prepareExperiment(loaded, () => {});
      const {dataset, session: unused, sessionOptions} = prepared;
      t.equal(unused.engine, 'compiled');
      const session = new CompiledSession(sessionOptions, {numThreads});
      let step = 0;
      for (const batch of dataset.train.batches(loaded.spec.training.batchSize)) {
        await session.step(batch, {learningRate: 0.001, step: ++step});
        if (step === numSteps) break;
      }
      const {weights, slots} = await session.readState();
      const state = new Map<string, Buffer>();
      for (const [name, {values}] of [...weights, ...slots])
        state.set(
          name,
          Buffer.from(Uint8Array.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))),
        );
      await session.dispose();
      await prepared.dispose();
      return state;
    };
    for (const numThreads of [1, 2, 3]) {
      const [one, other] = [await weightsWith(numThreads), await weightsWith(numThreads)];
      const differing = [...one].filter(([name, bytes]) => !other.get(name)?.equals(bytes)).map(([name]) => name);
      t.strictSame(differing, [], `${numThreads} threads: the same weights and optimizer state to the last bit`);
    }
  });
}
