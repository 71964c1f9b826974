import t from 'tap';
import {parseQueue, taskState} from '../../../src/sweep/executors/slurm/queue.js';

t.test('reads what squeue of Slurm 22.05 prints', async (t) => {
  const tasks = parseQueue(
    '1_2|PENDING|JobArrayTaskLimit|n/a|iris.1\n1_0|RUNNING|None|n1|iris.1\n1_1|FAILED|NonZeroExitCode|n2|a|b\n\n',
  );
  t.strictSame(tasks, [
    {
      id: '1_2',
      slurmState: 'PENDING',
      state: 'pending',
      reason: 'JobArrayTaskLimit',
      node: undefined,
      jobName: 'iris.1',
    },
    {id: '1_0', slurmState: 'RUNNING', state: 'running', reason: '', node: 'n1', jobName: 'iris.1'},
    {id: '1_1', slurmState: 'FAILED', state: 'failed', reason: 'NonZeroExitCode', node: 'n2', jobName: 'a|b'},
  ]);
});

t.test('tasks that wait together are told one by one, and lines of other kinds passed over', async (t) => {
  const text = 'Welcome to the cluster\n12_[0-2,7%2]|PENDING|Priority||x\nx12|RUNNING|None|n1|no number\n';
  t.strictSame(
    parseQueue(text).map(({id, node}) => [id, node]),
    [0, 1, 2, 7].map((index) => [`12_${index}`, undefined]),
  );
});

t.test('states of newer versions and of sacct', async (t) => {
  const expected = {
    'PENDING,REQUEUED': 'pending',
    'COMPLETED+COMPLETING': 'running',
    'CANCELLED by 0': 'cancelled',
    OUT_OF_MEMORY: 'failed',
    NODE_FAIL: 'lost',
    PREEMPTED: 'lost',
    running: 'running',
    'SOMETHING NEW': 'unknown',
    '': 'unknown',
  };
  for (const [text, state] of Object.entries(expected)) t.equal(taskState(text), state, text);
});

t.test('tasks that were cancelled before they ran are told of by the number of their array alone', async (t) => {
  const [task] = parseQueue('7|CANCELLED|JobArrayTaskLimit|n/a|iris.1\n');
  t.match(task, {id: '7', state: 'cancelled'});
});
