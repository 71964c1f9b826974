import t from 'tap';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import {sessionContract} from './contract.js';
import {useSoftwareGpu} from './software-gpu.js';

const skip = await useSoftwareGpu();

if (skip === false) {
  sessionContract('eager (webgpu)', async (options) => {
    await loadEagerBackend('webgpu');
    return createEagerSession(options);
  });
} else {
  t.test('the contract on eager webgpu', {skip}, async () => {});
}
