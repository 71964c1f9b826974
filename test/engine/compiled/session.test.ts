import {createCompiledSession} from '../../../src/engine/compiled/session.js';
import {sessionContract} from '../contract.js';

sessionContract('compiled (cpu, 1 thread)', (options) => createCompiledSession(options, {numThreads: 1}));
sessionContract('compiled (cpu, 2 threads)', (options) => createCompiledSession(options, {numThreads: 2}));
