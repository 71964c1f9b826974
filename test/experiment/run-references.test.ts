import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {findRuns} from '../../src/experiment/run-references.js';

t.test('runs by name, beginning, pattern, group and path, each once', async (t) => {
  const runsDir = path.join(t.testdir({}), 'runs');
  const names = ['net-1', 'net-2', 'n.t-3', 'other-1'];
  for (const [index, name] of names.entries()) {
    mkdirSync(path.join(runsDir, name), {recursive: true});
    const time = new Date(1e12 + index).toISOString();
    const group = index < 2 ? {group: {id: 'abcdefgh', run: index + 1, numRuns: 2}} : {};
    const status = {
      state: 'failed',
      pid: 1,
      host: 'h',
      startedAt: time,
      heartbeatAt: time,
      epoch: 0,
      numEpochs: 1,
      step: 0,
    };
    writeFileSync(path.join(runsDir, name, 'status.json'), JSON.stringify({...status, ...group}));
  }
  const found = (...references: string[]) => findRuns(references, runsDir).map(({id}) => id);
  t.same(found(), names, 'all');
  t.same(found('net-*'), ['net-1', 'net-2']);
  t.same(found('n.t-?'), ['n.t-3'], 'a dot is a dot');
  t.same(found(path.join(runsDir, '*-1')), ['net-1', 'other-1']);
  t.same(found('abcdefgh', 'net-2', 'other'), ['net-1', 'net-2', 'other-1']);
  for (const reference of ['zzz*', 'abcdefg', 'nothing/*'])
    t.throws(() => found(reference), {code: 'RUN_NOT_FOUND'}, reference);
});
