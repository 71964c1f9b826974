import t from 'tap';
import {createCompiledSession} from '../../../src/engine/compiled/session.js';
import type {SessionFactory} from '../../../src/engine/options.js';
import {sessionContract} from '../contract.js';
import {parityWithCpu} from '../parity.js';
import {useSoftwareGpu} from '../software-gpu.js';

const skip = await useSoftwareGpu();

// ONNX Runtime is told to refuse a graph of which a node would run on the processor, so all of this runs on the device.
const create: SessionFactory = (options) => createCompiledSession(options, {provider: 'webgpu'});

if (skip === false) {
  sessionContract('compiled (webgpu)', create);
  parityWithCpu('compiled (webgpu)', create);
} else {
  t.test('the contract and every layer, loss and optimizer on compiled webgpu', {skip}, async () => {});
}
