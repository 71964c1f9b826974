import {chmodSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {nvidiaCards} from '../../src/engine/nvidia.js';
import {listAccelerators, pinnedDevice, pinnedEnvironment, visibleCards} from '../../src/engine/pinning.js';
import {useSoftwareGpu} from './software-gpu.js';

/** Four cards, listed by an nvidia-smi of our own in front of the PATH. */
function withCards(folder: string): void {
  const file = path.join(folder, 'nvidia-smi');
  const lines = [
    '0, NVIDIA H200, 143771, 550.90.07, GPU-aaaa1111-0000-0000-0000-000000000000',
    '1, NVIDIA H200, 143771, 550.90.07, GPU-bbbb2222-0000-0000-0000-000000000000',
    '2, NVIDIA L4, 23034, 550.90.07, GPU-cccc3333-0000-0000-0000-000000000000',
    '3, NVIDIA GB10, [N/A], 580.1, GPU-dddd4444-0000-0000-0000-000000000000',
  ];
  // What is asked for stands in the first argument; the answer has as many cells.
  writeFileSync(file, `#!/bin/sh\ncase "$1" in *uuid*) ;; *) exit 1 ;; esac\ncat <<'END'\n${lines.join('\n')}\nEND\n`);
  chmodSync(file, 0o755);
  process.env.PATH = `${folder}${path.delimiter}${process.env.PATH}`;
}

t.test('cards and which of them this process sees', {skip: process.platform === 'win32'}, async (t) => {
  const before = process.env.PATH;
  t.teardown(() => {
    process.env.PATH = before;
  });
  withCards(t.testdir({}));
  const cards = nvidiaCards();
  const names = (visible: string | undefined): string[] =>
    visibleCards(cards, visible).map(({device, index, name}) => `${device}:${index} ${name}`);
  t.same(names(undefined), ['cuda:0 NVIDIA H200', 'cuda:1 NVIDIA H200', 'cuda:2 NVIDIA L4', 'cuda:3 NVIDIA GB10']);
  t.same(names('2,0'), ['cuda:0 NVIDIA L4', 'cuda:1 NVIDIA H200'], 'in its order, counted anew');
  t.same(names('GPU-cccc'), ['cuda:0 NVIDIA L4']);
  t.same(names('1,7,2'), ['cuda:0 NVIDIA H200'], 'up to the first that is not there');
  t.same(names('-1'), []);
  t.same(names(''), []);
  t.match(visibleCards(cards, '2')[0], {memoryBytes: 23034 * 2 ** 20});
  t.notOk('memoryBytes' in visibleCards(cards, '3')[0]!, 'memory shared with the CPU');
});

t.test('a process that is given one card', async (t) => {
  t.strictSame(pinnedEnvironment('cuda', 1, {}), {CUDA_VISIBLE_DEVICES: '1', CUDA_DEVICE_ORDER: 'PCI_BUS_ID'});
  t.strictSame(pinnedEnvironment('cuda', 1, {CUDA_VISIBLE_DEVICES: '4,6', CUDA_DEVICE_ORDER: 'FASTEST_FIRST'}), {
    CUDA_VISIBLE_DEVICES: '6',
    CUDA_DEVICE_ORDER: 'FASTEST_FIRST',
  });
  t.throws(() => pinnedEnvironment('cuda', 2, {CUDA_VISIBLE_DEVICES: '4,6'}), /no cuda:2 among/);
  t.equal(pinnedDevice('cuda', 1), 'cuda:0', 'the only one that it sees');
  t.strictSame(pinnedEnvironment('webgpu', 1, {}), {});
  t.equal(pinnedDevice('webgpu', 1), 'webgpu:1');
});

t.test('software is no accelerator', async (t) => {
  await useSoftwareGpu();
  const found = await listAccelerators();
  t.notOk(
    found.some(({name}) => /swiftshader|llvmpipe/i.test(name)),
    JSON.stringify(found),
  );
});
