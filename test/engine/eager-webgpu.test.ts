import t from 'tap';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import type {SessionFactory} from '../../src/engine/options.js';
import {sessionContract} from './contract.js';
import {parityWithCpu} from './parity.js';
import {useSoftwareGpu} from './software-gpu.js';

const skip = await useSoftwareGpu();

const create: SessionFactory = async (options) => {
  await loadEagerBackend('webgpu');
  return createEagerSession(options);
};

if (skip === false) {
  sessionContract('eager (webgpu)', create);
  parityWithCpu('eager (webgpu)', create);
} else {
  t.test('the contract and every layer, loss and optimizer on eager webgpu', {skip}, async () => {});
}
