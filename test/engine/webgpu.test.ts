import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {closeWebgpu, describeWebgpu} from '../../src/engine/eager/webgpu.js';
import type {WebgpuAdapter} from '../../src/engine/webgpu/adapters.js';
import {findAdapter} from '../../src/engine/webgpu/choose-adapter.js';
import {explainNoAdapter} from '../../src/engine/webgpu/explain.js';
import {useSoftwareGpu} from './software-gpu.js';

const adapter = (index: number, name: string, facts: Partial<WebgpuAdapter> = {}): WebgpuAdapter => ({
  ...{index, name, vendor: 'amd', isSoftware: false, maxBufferBytes: 4.29e9, isHidden: false},
  ...facts,
});

t.test('which adapter a number means, and none', async (t) => {
  const adapters = [
    adapter(0, 'SwiftShader', {isSoftware: true}),
    adapter(1, 'Radeon RX 7900'),
    adapter(2, 'Radeon RX 7900', {isHidden: true}),
  ];
  t.equal(findAdapter(adapters, undefined).index, 1, 'no software where there is a GPU');
  t.equal(findAdapter(adapters.slice(0, 1), undefined).index, 0, 'software where there is nothing else');
  t.equal(findAdapter(adapters, 0).index, 0);
  t.throws(() => findAdapter(adapters, 2), {code: 'ENGINE_UNAVAILABLE', message: /same name as one before it/});
  t.throws(() => findAdapter(adapters, 3), {
    message: 'there is no device webgpu:3',
    hint: /^there are webgpu:0 SwiftShader \(software\); webgpu:1 Radeon RX 7900; webgpu:2 /,
  });
  t.match(describeWebgpu(adapters[1]!, '0.6.2'), /^webgpu:1 \(Dawn 0\.6\.2, Radeon RX 7900, buffers up to 4\.3 GB, /);
});

t.test('why there is no adapter', async (t) => {
  const machine = {platform: 'linux', hasNvidia: false, lockedNode: undefined} as const;
  const noDriver = 'Warning: vkCreateInstance: Found no drivers!';
  const noLoader = "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file";
  const noFile = 'Warning: loader_get_json: Failed to open JSON file /nowhere.json';
  t.match(explainNoAdapter(noDriver, machine), {reason: /no Vulkan driver/, fix: /mesa-vulkan-drivers/});
  const nvidia = {...machine, hasNvidia: true};
  t.match(explainNoAdapter(noDriver, nvidia), {reason: /NVIDIA/, fix: /NVIDIA_DRIVER_CAPABILITIES/});
  t.match(explainNoAdapter(noLoader, nvidia), {reason: /loader is missing/}, 'first things first');
  t.match(explainNoAdapter(noFile, nvidia), {reason: /\/nowhere\.json/});
  const locked = {...machine, lockedNode: 'renderD128'};
  t.match(explainNoAdapter('', locked), {reason: /may not open \/dev\/dri\/renderD128/, fix: /render/});
  t.match(explainNoAdapter('', machine), {reason: 'WebGPU finds no adapter', fix: /vulkaninfo/});
  t.match(explainNoAdapter('', {...machine, platform: 'win32'}), {fix: /driver of the card’s maker/});
});

const skip = await useSoftwareGpu();

t.test('what the device refuses is an error, not zeros', {skip}, async (t) => {
  const {device, isSoftware} = await loadEagerBackend('webgpu');
  t.match(device, /^webgpu:0 \(Dawn .*, software\)$/);
  t.ok(isSoftware);
  const one = tf.ones([2]);
  t.same([...(await one.data())], [1, 1]);
  // 1.3 GB in one tensor, which no buffer of this device holds.
  const sum = tf.tidy(() => tf.slice(tf.add(tf.zeros([300 * 2 ** 20]), 1), 0, 2));
  await t.rejects(sum.data(), {
    code: 'ENGINE_UNAVAILABLE',
    message: /^the GPU refused a command: .*exceeds/,
    hint: /smaller training\.batchSize/,
  });
  closeWebgpu();
  await loadEagerBackend('webgpu');
  t.same([...(await tf.add(tf.ones([2]), 1).data())], [2, 2], 'a device that is opened anew works');
});

t.test('sine and cosine are right far from zero', {skip}, async (t) => {
  await loadEagerBackend('webgpu');
  const angles = Float32Array.from({length: 2001}, (_, i) => (i - 1000) * 1.0007);
  for (const [name, compute, expected] of [
    ['sin', tf.sin, Math.sin],
    ['cos', tf.cos, Math.cos],
  ] as const) {
    const found = await compute(tf.tensor1d(angles)).data();
    const error = Math.max(...angles.map((angle, i) => Math.abs(found[i]! - expected(angle))));
    t.ok(error < 1e-6, `${name}: ${error}`);
  }
});
