import t from 'tap';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import {ExpError} from '../../src/support/errors.js';
import {sessionContract} from './contract.js';

const problem = await loadEagerBackend('tensorflow').catch((error: unknown) => error);

if (problem instanceof ExpError) {
  t.test('a native TensorFlow that does not load says why and what to do', async (t) => {
    t.equal(problem.code, 'ENGINE_UNAVAILABLE');
    t.match(
      problem.message,
      /^no native TensorFlow loads\n {2}exp engines: \S.*\n {2}@tensorflow\/tfjs-node: \S.*\n {2}@tensorflow\/tfjs-node-gpu: \S/,
    );
    t.match(problem.hint, /^exp engines install tensorflow/);
    t.match((await loadEagerBackend('cpu')).device, 'cpu (JavaScript)', 'another backend still loads');
  });
  t.test(
    "the contract on TensorFlow's native backend",
    {skip: problem.message.split('\n')[1]?.trim() ?? true},
    () => {},
  );
} else {
  sessionContract('eager (tensorflow)', async (options) => {
    await loadEagerBackend('tensorflow');
    return createEagerSession(options);
  });
}
