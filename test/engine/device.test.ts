import t from 'tap';
import {devicePattern, parseDevice} from '../../src/engine/device.js';

t.test('a device is a kind, or one of a kind by its number', async (t) => {
  t.strictSame(parseDevice('auto'), {kind: 'auto', index: undefined});
  t.strictSame(parseDevice('cuda'), {kind: 'cuda', index: undefined});
  t.strictSame(parseDevice('cuda:0'), {kind: 'cuda', index: 0});
  t.strictSame(parseDevice('webgpu:12'), {kind: 'webgpu', index: 12});
});

t.test('what is no device', async (t) => {
  const pattern = new RegExp(devicePattern, 'u');
  for (const name of ['auto', 'cpu', 'cuda', 'webgpu', 'cuda:7', 'webgpu:0']) t.ok(pattern.test(name), name);
  for (const name of ['gpu', 'cpu:0', 'auto:1', 'cuda:', 'cuda:-1', 'cuda:x', 'CUDA', 'cuda:0 ', ''])
    t.notOk(pattern.test(name), name);
});
