import t from 'tap';
import {probePackage} from '../../src/engine/probe.js';

t.test('the packages that every run needs load', async (t) => {
  t.match(await probePackage('onnxruntime-node'), {status: 'loads', version: '1.30.0', facts: ['cpu']});
  t.match(await probePackage('@tensorflow/tfjs-backend-cpu'), {status: 'loads', version: '4.22.0', facts: ['cpu']});
});

t.test('the package that decodes images reads what exp reads', async (t) => {
  t.match(await probePackage('sharp'), {status: 'loads', facts: ['png', 'jpeg', 'webp']});
});

const gpu = await probePackage('@tensorflow/tfjs-node-gpu');
const skipGpu =
  gpu.status !== 'fails' && `@tensorflow/tfjs-node-gpu ${gpu.status === 'loads' ? 'works' : 'is not installed'} here`;

t.test('an optional package that cannot be used says why', {skip: skipGpu}, async (t) => {
  if (gpu.status !== 'fails') return;
  t.equal(gpu.version, '4.22.0');
  t.match(gpu.reason, /\S/);
  t.notMatch(gpu.reason, /\n/);
});

t.test('a package that crashes on loading does no harm', async (t) => {
  const folder = t.testdir({
    'abort.cjs': 'process.abort();',
    'throw.cjs': "throw new TypeError('libcudart.so.11.0: cannot open shared object file\\nmore');",
    'quiet.cjs': 'process.exit(3);',
  });
  const load = (file: string) => probePackage('@tensorflow/tfjs-backend-cpu', `${folder}/${file}`);
  t.match(await load('abort.cjs'), {status: 'fails', reason: 'its process ended with SIGABRT'});
  t.match(await load('throw.cjs'), {
    status: 'fails',
    reason: /^libcudart\.so\.11\.0 of CUDA 11 is missing/,
    fix: /^exp engines install/,
  });
  t.match(await load('quiet.cjs'), {status: 'fails', reason: 'its process ended with exit code 3'});
  t.match(await load('gone.cjs'), {status: 'missing'});
});
