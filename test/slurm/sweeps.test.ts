import {existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {SlurmJobs} from '../../src/sweep/executors/slurm/jobs.js';
import {type NodeName, SlurmCluster, whyNoCluster} from './cluster.js';
import {numTrials, SlurmSweep, sweepSpec, trials} from './slurm-sweep.js';

const onSlurm = (more: string): string => sweepSpec(`executor: slurm\n${more}`);

/** What would run if a value were not quoted. */
const hostile = `it's "$(touch "$PWNED")" \`touch "$PWNED"\` #%A %j; &`;

t.test('sweeps on a real Slurm cluster of two nodes', {skip: whyNoCluster ?? false}, async (t) => {
  const cluster = await SlurmCluster.start();
  t.teardown(() => cluster.stop());
  process.env.SLURM_CONF = cluster.environment.SLURM_CONF;
  const folder = t.testdir({});
  const sweepIn = (name: string, spec: string): SlurmSweep => SlurmSweep.at(cluster, path.join(folder, name), spec);
  const local = sweepIn('local', sweepSpec('parallel: 2'));
  const reference = local.begin();

  const timed = sweepIn('timed', onSlurm('slurm: {time: 1, signalSeconds: 50, maxTimeouts: 0, extra: {nodelist: n2}}'));
  const timedOut = timed.begin('--wait', 'overrides.training.epochs=100000', 'maxTrials=1');

  await t.test('an array finishes, two at a time, though its controller is killed meanwhile', async (t) => {
    const sweep = sweepIn(
      hostile,
      onSlurm(
        `parallel: 2\nslurm: {extra: {comment: '${hostile.replaceAll("'", "''")}'}, setup: ['export PWNED=pwned']}`,
      ),
    );
    const ended = sweep.begin('--wait');
    await cluster.until('a trial is trained', async () => trials.some((trial) => sweep.hasCheckpoint(trial)));
    await cluster.killController();
    const jobs = new SlurmJobs({sweepFolder: sweep.folder, patienceMillis: 0});
    const [task] = jobs.submissions.all()[0]!.tasks;
    const states = await jobs.poll([{task: task!, id: `${sweep.job}_0`}]);
    t.equal(states.get(`${sweep.job}_0`), 'unknown', 'of a controller that is down nothing is known');
    cluster.startController();
    const {exitCode, stderr} = await ended;
    t.equal(exitCode, 0, stderr);
    t.strictSame(sweep.numCompletions, [1, 1, 1, 1]);
    t.equal(sweep.state.state, 'finished');
    const intervals = cluster.completed().filter(({name}) => name === jobs.submissions.all()[0]?.name);
    t.equal(intervals.length, numTrials);
    t.notOk(existsSync(path.join(sweep.cwd, 'pwned')));
    for (const {startedAt} of intervals) {
      const numAtOnce = intervals.filter((other) => other.startedAt <= startedAt && startedAt < other.endedAt).length;
      t.ok(numAtOnce <= 2, `${numAtOnce} at once`);
    }
    t.equal((await reference).exitCode, 0);
    for (const trial of trials)
      t.equal(sweep.metricsOf(trial), local.metricsOf(trial), `trial ${trial} as trained locally`);
  });

  await t.test(
    'near the end of its time limit a job saves a checkpoint; so often as is allowed it comes again',
    async (t) => {
      const {exitCode, stderr} = await timedOut;
      t.equal(exitCode, 130, stderr);
      t.match(timed.logOf(0), /stopping: a checkpoint is saved\n(.*\n)*the time limit ended it 1 times/);
      t.equal(timed.state.trials[0]?.state, 'interrupted');
      t.ok(timed.hasCheckpoint(1));
    },
  );

  t.jobs = 2;
  const faults = t.test(
    'no trial is lost or made twice: pre-emption, a killed worker, a lost node',
    {buffered: true},
    async (t) => {
      const sweep = sweepIn('faults', onSlurm('parallel: 4\nretries: 1'));
      const ended = sweep.begin('--wait');
      await cluster.until('all trials are trained', async () => trials.every((trial) => sweep.hasCheckpoint(trial)));
      const {job} = sweep;
      const queue = await sweep.queue();
      const tasksOn = (node: NodeName): [number, number] => {
        const [one, other] = [...queue].filter(([, state]) => state.endsWith(`|${node}`)).map(([index]) => index);
        return [one!, other!];
      };
      const [preempted, killed] = tasksOn('n1');
      const [frozen, dead] = tasksOn('n2');
      const trialOf = (index: number): number => index + 1;

      await cluster.killNode('n2');
      // Only now: a process that stands still is let go on when its group loses the last parent outside.
      const zombie = sweep.pidOf(trialOf(frozen));
      process.kill(zombie, 'SIGSTOP');
      for (const pid of processTree(sweep.pidOf(trialOf(dead)))) process.kill(pid, 'SIGKILL');

      const urgent = ['--partition=urgent', '--nodelist=n1', '--cpus-per-task=2', '--output=/dev/null', '--wrap=true'];
      await cluster.run('sbatch', ...urgent);
      await sweep.release(job, [preempted, killed]);
      for (const index of [preempted, killed]) {
        t.match(sweep.logOf(index, job), /stopping: a checkpoint is saved[\s\S]*queued again/, 'it was given notice');
        await cluster.until(`task ${index} goes on`, async () => sweep.hasAttempt(trialOf(index), 2));
      }
      process.kill(sweep.pidOf(trialOf(killed), 2), 'SIGKILL');
      await cluster.until('another job is submitted', async () => sweep.job !== job);

      await sweep.release(job, [frozen, dead]);
      const isTaken = async (): Promise<boolean> =>
        [frozen, dead].every((index) => sweep.hasAttempt(trialOf(index), 2));
      await cluster.until('the other node goes on', isTaken, 60);
      t.match([...(await sweep.queue(job)).values()][frozen], /n1$/);
      process.kill(zombie, 'SIGCONT');
      await cluster.until('the process that was taken for lost ends', async () => !isThere(zombie), 10);
      t.match(sweep.logOf(frozen, job), /was taken over by another worker/);

      const {exitCode, stdout, stderr} = await ended;
      t.equal(exitCode, 0, `${stdout}\n${stderr}`);
      t.strictSame(sweep.numCompletions, [1, 1, 1, 1]);
      t.equal(sweep.state.state, 'finished');
      await reference;
      for (const trial of trials)
        t.equal(sweep.metricsOf(trial), local.metricsOf(trial), `trial ${trial} as undisturbed`);
      t.equal(sweep.state.trials[killed]?.attempts, 3);
    },
  );

  const resumed = t.test(
    'a sweep that was cancelled goes on, and one that was stopped',
    {buffered: true},
    async (t) => {
      await cluster.until('the sweep before is at it', async () =>
        existsSync(path.join(folder, 'faults', 'sweep', 'trials', '0004')),
      );
      const sweep = sweepIn('resumed', onSlurm('parallel: 2\nslurm: {trialsPerTask: 2}'));
      const begun = await sweep.begin();
      t.equal(begun.exitCode, 0, begun.stderr);
      t.match(begun.stdout, /2 jobs of Slurm go on with it/);
      t.equal(sweep.state.state, 'running', 'also while its jobs wait');
      const first = sweep.job;
      await cluster.until('a trial is trained', async () => trials.some((trial) => sweep.hasCheckpoint(trial)), 90);
      await cluster.run('scancel', first);
      const isOver = async (): Promise<boolean> =>
        [...(await sweep.queue(first)).values()].every((state) => state.startsWith('CANCELLED'));
      await cluster.until('the array is cancelled', isOver);

      t.equal((await sweep.resume()).exitCode, 0);
      const second = sweep.job;
      t.not(second, first);
      // As if exp had been killed between sbatch and writing down the id.
      rmSync(path.join(sweep.folder, 'slurm', 'array-2.job.json'));
      t.same(
        (await new SlurmJobs({sweepFolder: sweep.folder}).reconcile()).map(({id}) => id),
        [`${second}_0`, `${second}_1`],
      );
      t.equal(sweep.job, second, 'found by its name, and written down again');
      t.equal((await sweep.resume()).exitCode, 0);
      t.equal(sweep.job, second, 'nothing is handed over twice');
      await cluster.until('a trial is gone on with', async () => sweep.isAtWork(second), 90);
      const stopped = await sweep.exp('sweep', 'stop', 'sweep', '--now');
      t.equal(stopped.exitCode, 0, stopped.stderr);
      t.equal(sweep.state.state, 'stopped');

      t.equal((await sweep.resume()).exitCode, 0);
      await cluster.until(
        'the last worker has written the end',
        async () => existsSync(path.join(sweep.folder, 'summary.json')),
        120,
      );
      t.equal(sweep.state.state, 'finished');
      t.strictSame(sweep.numCompletions, [1, 1, 1, 1]);
      await reference;
      for (const trial of trials)
        t.equal(sweep.metricsOf(trial), local.metricsOf(trial), `trial ${trial} as undisturbed`);
    },
  );

  await Promise.all([faults, resumed]);
  cluster.startNode('n2');
  await cluster.untilIdle();

  await t.test('an adaptive sampler has workers that make trials until none is left', async (t) => {
    const sweep = sweepIn(
      'tpe',
      onSlurm('parallel: 2\nmaxTrials: 5\nsampler: tpe').replace(
        'values: [0.01, 0.02, 0.03, 0.1]',
        'min: 0.001, max: 0.1, scale: log',
      ),
    );
    const {exitCode, stderr} = await sweep.begin('--wait', 'overrides.training.epochs=10');
    t.equal(exitCode, 0, stderr);
    t.equal(sweep.state.trials.filter(({state}) => state === 'finished').length, 5);
    t.equal((await sweep.queue()).size, 2);
  });

  const memory = memoryGroup();
  await t.test(
    'a job that runs out of memory has failed, and is not tried again',
    {skip: memory ? false : 'no cgroup for memory can be made here'},
    async (t) => {
      t.teardown(() => memory?.remove());
      const sweep = sweepIn(
        'memory',
        onSlurm(`maxTrials: 1\nretries: 2\nslurm: {setup: ['echo $$ > ${memory?.processes}']}`),
      );
      // The worker itself has room; the weights of this trial have not.
      const {exitCode, stderr} = await sweep.begin('--wait', 'overrides.model.layers.0.units=9000000');
      t.equal(exitCode, 5, stderr);
      t.match(sweep.state.trials, [{state: 'failed', attempts: 1, message: /^out of memory/}]);
    },
  );

  await t.test('what Slurm refuses is told, and nothing is left behind', async (t) => {
    const sweep = sweepIn('refused', onSlurm('slurm: {partition: "no such"}'));
    const {exitCode, stderr} = await sweep.begin('--wait');
    t.equal(exitCode, 1);
    t.match(stderr, /Slurm refuses the job: .*[Ii]nvalid partition/);
    t.same(await new SlurmJobs({sweepFolder: sweep.folder}).reconcile(), []);
  });
});

/** A process and the script that waits for it. */
const processTree = (pid: number): readonly number[] => {
  const [, parent] = /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return [Number(parent), pid];
};

function isThere(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** A group of processes that may have 60 MB together, less than Node.js takes; undefined where none can be made. */
function memoryGroup(): {readonly processes: string; remove(): void} | undefined {
  for (const [root, limit] of [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
    ['/sys/fs/cgroup', 'memory.max'],
  ] as const) {
    const group = path.join(root, `exp-test-${process.pid}`);
    try {
      mkdirSync(group);
      if (!existsSync(path.join(group, limit))) throw new Error('not a cgroup');
      writeFileSync(path.join(group, limit), String(400 * 2 ** 20));
      return {processes: path.join(group, 'cgroup.procs'), remove: () => rmdirSync(group)};
    } catch {
      if (existsSync(group)) rmdirSync(group);
    }
  }
  return undefined;
}
