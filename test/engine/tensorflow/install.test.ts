import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {loadEagerBackend} from '../../../src/engine/eager/backends.js';
import {createEagerSession} from '../../../src/engine/eager/session.js';
import {installTensorflow} from '../../../src/engine/tensorflow/install.js';
import {installedEngine} from '../../../src/engine/tensorflow/installed.js';
import {engineFolder, enginesFolder} from '../../../src/engine/tensorflow/layout.js';
import {tryEngine} from '../../../src/engine/trial/trial.js';
import {exp, expPath, plainEnv, withTinySpec} from '../../commands/cli.js';
import {sessionContract} from '../contract.js';
import {lessonsAgree} from '../lessons.js';

/** A machine that lacks what an installation needs is no failure of exp; the test says what it lacked. */
const lacking =
  /no Python was found|without pip|no C\+\+ compiler|npm could not fetch|reaches no package index|pip could not download|runs on|Linux|glibc|free; installing/;

// The whole of it, for real: download, compile, self-test. Half a minute, most of it the wheel's 270 MB.
process.env.EXP_CACHE_DIR = t.testdir({});
t.teardown(() => rmSync(enginesFolder(), {recursive: true, force: true}));
const steps: string[] = [];
const outcome = await installTensorflow({variant: 'cpu', tell: (step) => steps.push(step)}).catch(
  (error: unknown) => error,
);
const problem = outcome instanceof Error ? outcome.message : undefined;
const skip =
  problem !== undefined && lacking.test(problem) && `exp engines install tensorflow: ${problem.split('\n').join(' ')}`;

t.test('exp engines install tensorflow', {skip}, async (t) => {
  t.equal(problem, undefined);
  t.match(
    steps.map((step) => step.split(' ')[0]),
    ['fetching', 'downloading', 'unpacking', 'compiling', 'trying', 'ready:'],
  );
  t.strictSame(readdirSync(enginesFolder()), [path.basename(engineFolder('cpu'))], 'nothing else is left over');
  t.match(readdirSync(engineFolder('cpu')).sort(), [
    'engine.json',
    'loading_helper.node',
    'node_modules',
    'site-packages',
    'tfjs_binding.node',
  ]);
  t.match(installedEngine('cpu')?.record, {version: '2.21.0', selfTest: {device: 'cpu (TensorFlow 2.21.0)', steps: 3}});
  t.equal((await installTensorflow({variant: 'cpu'})).isNew, false, 'a second time it is there');
});

if (skip === false && problem === undefined) {
  sessionContract('eager (tensorflow, installed)', async (options) => {
    await loadEagerBackend('tensorflow');
    return createEagerSession(options);
  });

  lessonsAgree('eager (tensorflow, installed)', ['engine=eager', 'device=cpu']);

  t.test('kernels that libtensorflow’s binding lacks are computed on the host', async (t) => {
    await loadEagerBackend('tensorflow');
    // 2 × 2 pixels of one channel, moved right by one: columns come from the left, the first is filled with 9.
    const image = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const moved = tf.image.transform(image, tf.tensor2d([1, 0, -1, 0, 1, 0, 0, 0], [1, 8]), 'nearest', 'constant', 9);
    t.same([...moved.dataSync()], [9, 1, 9, 3]);
    t.same([...tf.denseBincount(tf.tensor1d([1, 1, 3], 'int32'), [], 4).dataSync()], [0, 2, 0, 1]);
    t.same([...tf.exp(tf.tensor1d([0], 'int32')).dataSync()], [1], 'of whole numbers');
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      tf.denseBincount(tf.tensor1d([1], 'int32'), [], 2);
    });
    t.equal(tf.memory().numTensors, before);
  });

  t.test('twenty steps on it and on plain JavaScript', async (t) => {
    const steps = 20;
    const [native, plain] = await Promise.all([
      tryEngine({engine: 'eager', device: 'cpu', backend: 'tensorflow', steps}),
      tryEngine({engine: 'eager', device: 'cpu', backend: 'cpu', steps}),
    ]);
    if (!native.works || !plain.works) {
      t.fail(JSON.stringify([native, plain]));
      return;
    }
    for (const [step, loss] of plain.losses.entries())
      t.ok(Math.abs(native.losses[step]! - loss) <= 1e-3, `loss of step ${step + 1}`);
  });

  t.test('a card that is asked for and not used is an error, not the CPU', async (t) => {
    // A build for the CPU alone, asked to use a card: what a build for CUDA does that finds none.
    const folder = engineFolder('cpu');
    const trial = await tryEngine({engine: 'eager', device: 'cuda', backend: 'cuda', folder, steps: 1});
    t.match(trial, {works: false, reason: /TensorFlow loads, but finds no GPU that it can use/, fix: /nvidia-smi/});
  });

  t.test('runs, doctor and the list find it', async (t) => {
    const env = {...plainEnv, EXP_CACHE_DIR: process.env.EXP_CACHE_DIR!};
    const cwd = withTinySpec(t.testdir({}));
    const run = await exp(cwd, ['run', 'tiny.yaml', '--engine', 'eager'], env);
    t.equal(run.exitCode, 0, run.stderr);
    t.match(run.stdout, /eager on cpu \(TensorFlow 2\.21\.0\)/);
    t.notMatch(run.stderr, /oneDNN|TensorFlow binary|absl/, 'and TensorFlow’s lines do not disturb');
    const listed = JSON.parse((await exp(cwd, ['engines', 'list', '--json'], env)).stdout);
    t.match(listed, [{name: path.basename(engineFolder('cpu')), usable: true, bytes: Number}]);
    const cuda = await exp(cwd, ['run', 'tiny.yaml', '--device', 'cuda'], env);
    t.equal(cuda.exitCode, 1);
    t.match(cuda.stderr, /^error: no native TensorFlow for CUDA loads/);
    t.match(cuda.stderr, /hint: .*exp engines install tensorflow --cuda/);
  });

  t.test('Ctrl-C during an installation leaves nothing behind', {skip: process.platform === 'win32'}, async (t) => {
    const cache = t.testdir({});
    const child = spawn(process.execPath, [expPath, 'engines', 'install', 'tensorflow'], {
      env: {...plainEnv, EXP_CACHE_DIR: cache},
    });
    const exited = once(child, 'exit');
    for await (const text of child.stderr) if (String(text).includes('downloading')) child.kill('SIGINT');
    t.strictSame(await exited, [130, null]);
    t.strictSame(readdirSync(path.join(cache, 'engines')), []);
  });

  t.test('exp engines remove', async (t) => {
    const env = {...plainEnv, EXP_CACHE_DIR: process.env.EXP_CACHE_DIR!};
    const removed = await exp(process.cwd(), ['engines', 'remove', 'tensorflow'], env);
    t.equal(removed.stdout, `removed ${path.basename(engineFolder('cpu'))}`);
    t.notOk(existsSync(engineFolder('cpu')));
    t.strictSame(readdirSync(enginesFolder()), []);
    const again = await exp(process.cwd(), ['engines', 'remove', 'tensorflow', '--json'], env);
    t.equal(again.exitCode, 2);
    t.match(JSON.parse(again.stderr), {error: {code: 'USAGE', message: /there is no engine tensorflow/}});
  });
}
