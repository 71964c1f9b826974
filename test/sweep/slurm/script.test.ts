import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {shellQuote} from '../../../src/sweep/executors/slurm/quote.js';
import {type ArrayJob, arrayScript} from '../../../src/sweep/executors/slurm/script.js';

const spec: ArrayJob['spec'] = {setup: [], extra: {}, signalSeconds: 60, maxTimeouts: 3, trialsPerTask: 1};

/** Values that do harm in a script that does not quote them. */
const hostile = [
  '$(touch "$PWNED")',
  '`touch "$PWNED"`',
  '\'; touch "$PWNED"; \'',
  '"; touch "$PWNED"; "',
  '\\" $PWNED \\\\ ',
  '-rf * ?? [a-z] ~ {a,b} !! # & | > < ;',
  'Größe 雪 \u{1f600}',
  '${PWNED}',
  '%A %j %%',
];

t.test('a value is one word of a real shell, whatever is in it', async (t) => {
  for (const value of [...hostile, '', 'plain', "''"]) {
    const echoed = execFileSync('bash', ['-c', `printf %s ${shellQuote(value, 'a value')}`], {encoding: 'utf8'});
    t.equal(echoed, value);
  }
});

t.test('line breaks and control characters are refused', async (t) => {
  for (const value of ['a\nb', 'a\r', '\u0000', '\u001b[2J', '\u0085']) {
    t.throws(() => shellQuote(value, 'slurm: account'), {
      code: 'SPEC_INVALID',
      message: /^slurm: account holds a line break/,
    });
    t.throws(() => arrayScript(jobOf('/tmp', {account: value})), {code: 'SPEC_INVALID'});
    t.throws(() => arrayScript(jobOf('/tmp', {setup: [value]})), {code: 'SPEC_INVALID', message: /^slurm\.setup/});
    t.throws(() => arrayScript(jobOf('/tmp', {extra: {comment: value}})), {code: 'SPEC_INVALID'});
  }
});

t.test('options that belong to the executor cannot be given another value', async (t) => {
  t.throws(() => arrayScript(jobOf('/tmp', {extra: {array: '0-9'}})), {
    code: 'SPEC_INVALID',
    message: /^slurm\.extra\.array is set by exp/,
  });
});

t.test(
  'run by a real shell, the script gives the worker exactly its arguments, and nothing of a hostile value runs',
  async (t) => {
    const folder = path.join(t.testdir({}), hostile.join(' ').replaceAll(/[\\/]/g, ''));
    mkdirSync(path.join(folder, 'slurm'), {recursive: true});
    const pwned = path.join(t.testdirName, 'pwned');
    const program = path.join(folder, 'worker.mjs');
    writeFileSync(
      program,
      'console.log(JSON.stringify([process.argv.slice(2), process.cwd(), process.env.SITE]));process.exitCode = 3;',
    );
    const [account, , constraint] = hostile as [string, string, string];
    const job = jobOf(folder, {account, constraint, gres: '%A %j', setup: ["export SITE='a  b'"]});
    const script = arrayScript({...job, command: [process.execPath, program]});
    t.equal(bash(script, {SLURM_ARRAY_TASK_ID: '1', PWNED: pwned}).status, 3);
    const output = bash(script, {SLURM_ARRAY_TASK_ID: '1', PWNED: pwned}).stdout;
    t.strictSame(JSON.parse(output.split('\n')[1]!), [
      ['worker', folder, '--slot', '5', '--trials', '4,7-9', '--max-trials', '2'],
      folder,
      'a  b',
    ]);
    t.match(output, /^\[[-\dT:]+Z\] task 77_1 on n1, restart 0\n/);
    t.equal(readFileSync(path.join(folder, 'slurm', '77_1.end'), 'utf8'), '3 0 ended\n');
    t.notOk(existsSync(pwned));
  },
);

function jobOf(folder: string, changes: Partial<ArrayJob['spec']>): ArrayJob {
  return {
    name: 'iris.1',
    spec: {...spec, ...changes},
    tasks: [{slot: 4}, {slot: 5, trials: [9, 4, 8, 7], maxTrials: 2}],
    throttle: 2,
    sweepFolder: folder,
    recordFolder: path.join(folder, 'slurm'),
    logPattern: path.join(folder, 'slurm', '%A_%a.log'),
    startFolder: folder,
    command: ['/bin/false'],
  };
}

function bash(script: string, environment: Record<string, string>): {status: number; stdout: string} {
  const env = {...process.env, SLURM_ARRAY_JOB_ID: '77', SLURM_JOB_ID: '79', SLURMD_NODENAME: 'n1', ...environment};
  try {
    return {status: 0, stdout: execFileSync('bash', ['-s'], {input: script, env, encoding: 'utf8'})};
  } catch (error) {
    const {status, stdout} = error as {status: number; stdout: string};
    return {status, stdout};
  }
}
