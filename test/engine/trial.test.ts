import t from 'tap';
import {type TrialRequest, tryEngine} from '../../src/engine/trial/trial.js';

const onCpu: TrialRequest = {engine: 'eager', device: 'cpu', backend: 'cpu', steps: 4};

t.test('a trial trains in another process and is timed', async (t) => {
  const compiled = await tryEngine({engine: 'compiled', device: 'cpu', steps: 4});
  const eager = await tryEngine(onCpu);
  if (!compiled.works || !eager.works) {
    t.fail(JSON.stringify([compiled, eager]));
    return;
  }
  t.match(compiled, {engine: 'compiled', device: /^cpu \(\d+ threads?\)$/});
  t.match(eager, {engine: 'eager', device: 'cpu (JavaScript)'});
  t.ok(eager.stepMillis! > 0);
  for (const [step, loss] of eager.losses.entries()) {
    t.ok(Math.abs(loss - compiled.losses[step]!) < 1e-4, `loss of step ${step + 1} on both engines`);
  }
  t.equal(new Set(eager.losses).size, 4, 'the network learns');
});

t.test('an engine that does not work says why and how to mend it', async (t) => {
  const env = {VK_ICD_FILENAMES: '/nowhere/driver.json'};
  const trial = await tryEngine({engine: 'eager', device: 'webgpu:7', steps: 1}, {env});
  t.match(trial, {works: false, reason: /^(device|there is no device) webgpu:7/, fix: /\S/});
});

t.test('libraries that end the process, or never answer, do no harm', async (t) => {
  const running = (code: string) => tryEngine(onCpu, {childArguments: ['-e', code], timeoutMillis: 20_000});
  t.match(await running("process.kill(process.pid, 'SIGILL')"), {works: false, reason: /no AVX/, fix: /-cpu host/});
  t.match(await running('process.abort()'), {works: false, reason: 'its process ended with SIGABRT'});
  t.match(
    await running("throw new Error('libcudart.so.11.0: cannot open shared object file: No such file or directory')"),
    {works: false, reason: /CUDA 11/, fix: /--cuda/},
  );
  const hanging = await tryEngine(onCpu, {childArguments: ['-e', 'setInterval(() => {}, 1000)'], timeoutMillis: 500});
  t.match(hanging, {works: false, reason: /did not answer for 0\.5 s/});
});
