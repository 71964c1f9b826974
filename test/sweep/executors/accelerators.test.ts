import t from 'tap';
import type {Accelerator} from '../../../src/engine/pinning.js';
import {acceleratorsFor, deviceOfSlot} from '../../../src/sweep/executors/local/divide-accelerators.js';
import {workerCommand} from '../../../src/sweep/executors/worker-command.js';

const cards: readonly Accelerator[] = [
  {device: 'cuda', index: 0, name: 'A'},
  {device: 'cuda', index: 1, name: 'B'},
  {device: 'webgpu', index: 0, name: 'A'},
  {device: 'webgpu', index: 1, name: 'B'},
];
const list = async (): Promise<readonly Accelerator[]> => cards;

t.test('the GPUs that trials are spread over', async (t) => {
  t.same(await acceleratorsFor('cuda', list), cards.slice(0, 2));
  t.same(await acceleratorsFor('webgpu', list), cards.slice(2));
  for (const device of ['cpu', 'cuda:1', 'webgpu:0']) t.same(await acceleratorsFor(device, list), [], device);
  t.same(await acceleratorsFor('cuda', async () => []), []);
});

t.test('each worker sees its own card as the first one', async (t) => {
  const {CUDA_VISIBLE_DEVICES: before} = process.env;
  process.env.CUDA_VISIBLE_DEVICES = '5,7';
  t.teardown(() => {
    if (before === undefined) delete process.env.CUDA_VISIBLE_DEVICES;
    else process.env.CUDA_VISIBLE_DEVICES = before;
  });
  const cuda = cards.slice(0, 2);
  t.match(deviceOfSlot(cuda, 0), {device: 'cuda:0', environment: {CUDA_VISIBLE_DEVICES: '5'}});
  t.match(deviceOfSlot(cuda, 3), {device: 'cuda:0', environment: {CUDA_VISIBLE_DEVICES: '7'}});
  t.match(deviceOfSlot(cards.slice(2), 1), {device: 'webgpu:1', environment: {}});
  t.equal(deviceOfSlot([], 0), undefined);
});

t.test('a worker is told its device', async (t) => {
  const [program, , ...args] = workerCommand('/sweeps/a b', {
    slot: 2,
    device: 'cuda:0',
    trials: [1, 2, 3],
    maxTrials: 1,
  });
  t.equal(program, process.execPath);
  t.same(args, ['worker', '/sweeps/a b', '--slot', '2', '--trials', '1-3', '--device', 'cuda:0', '--max-trials', '1']);
});
