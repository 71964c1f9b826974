import t from 'tap';
import {createCompiledSession} from '../../../src/engine/compiled/session.js';
import {sessionContract} from '../contract.js';
import {useSoftwareGpu} from '../software-gpu.js';

const skip = await useSoftwareGpu();

if (skip) t.skip(skip);
else sessionContract('compiled (webgpu)', (options) => createCompiledSession(options, {provider: 'webgpu'}));
