import path from 'node:path';
import t from 'tap';
import {findNamedRun, weightsInFolder} from '../../src/runs/run-weights.js';

const summary = (name: string, startedAt: string): string =>
  JSON.stringify({name, metrics: {final: {}}, durationSeconds: {total: 1}, startedAt});
const status = (state: string, startedAt: string): string =>
  JSON.stringify({state, startedAt, pid: 1, host: 'elsewhere', heartbeatAt: startedAt});

/** A run folder as far as names and states go. */
const finished = (name: string, startedAt: string) => ({'summary.json': summary(name, startedAt)});
const interrupted = (startedAt: string) => ({'status.json': status('interrupted', startedAt)});

t.test('a name is that of an experiment, its newest finished run; or a folder, or its beginning', async (t) => {
  const runsDir = t.testdir({
    'digits-20260101-000000-aaaa': finished('digits', '2026-01-01T00:00:00Z'),
    'digits-20260103-000000-bbbb': finished('digits', '2026-01-03T00:00:00Z'),
    'digits-20260102-000000-cccc': finished('digits', '2026-01-02T00:00:00Z'),
    'digits-20260104-000000-dddd': interrupted('2026-01-04T00:00:00Z'),
    'digits-more-20260105-000000-eeee': finished('digits-more', '2026-01-05T00:00:00Z'),
    'broken-20260104-000000-ffff': interrupted('2026-01-04T00:00:00Z'),
    notes: {'a.txt': ''},
  });
  const found = (name: string): string => findNamedRun(name, runsDir).id;
  t.equal(found('digits'), 'digits-20260103-000000-bbbb');
  t.equal(found('digits-20260104-000000-dddd'), 'digits-20260104-000000-dddd', 'a folder may be unfinished');
  t.equal(found('digits-m'), 'digits-more-20260105-000000-eeee');
  t.throws(() => found('digits-2026'), {code: 'RUN_NOT_FOUND', message: /^4 runs in .* begin with "digits-2026"/});
  t.throws(() => found('broken'), {
    code: 'RUN_NOT_FOUND',
    message: /no run of broken in .* is finished: broken.*interrupted/,
  });
  t.throws(() => found('nothing'), {code: 'RUN_NOT_FOUND', message: /there is no run of nothing in/});
});

t.test('the weights of a folder', async (t) => {
  const weights = () => ({'weights.safetensors': ''});
  const model = () => ({'model.json': ''});
  type Folder = Record<string, Record<string, string>>;
  const run = (checkpoints: Folder, others: Folder = {}) => ({'status.json': '', checkpoints, ...others});
  const folder = t.testdir({
    all: run({best: weights(), last: weights()}, {model: model()}),
    unmonitored: run({last: weights()}, {model: model()}),
    interrupted: run({last: weights()}),
    died: run({'best.previous': weights()}),
    empty: run({}),
    checkpoint: weights(),
    tfjs: model(),
    data: {'a.csv': ''},
  });
  const found = (name: string, wanted?: 'best' | 'last' | 'model'): string => {
    const {file, checkpoint} = weightsInFolder(path.join(folder, name), name, wanted);
    return `${checkpoint ?? 'no run'} ${path.relative(folder, file).replaceAll('\\', '/')}`;
  };
  t.equal(found('all'), 'best all/checkpoints/best/weights.safetensors');
  t.equal(found('all', 'last'), 'last all/checkpoints/last/weights.safetensors');
  t.equal(found('all', 'model'), 'model all/model/model.json');
  t.equal(found('unmonitored'), 'model unmonitored/model/model.json');
  t.equal(found('interrupted'), 'last interrupted/checkpoints/last/weights.safetensors');
  t.equal(found('died'), 'best died/checkpoints/best.previous/weights.safetensors');
  t.equal(found('checkpoint'), 'no run checkpoint/weights.safetensors');
  t.equal(found('tfjs'), 'no run tfjs/model.json');
  t.throws(() => found('unmonitored', 'best'), {
    code: 'DATA_MISSING',
    message: 'the run unmonitored has no `best` weights; it has `model`, `last`',
  });
  t.throws(() => found('empty'), {code: 'DATA_MISSING', message: /has no weights/});
  t.throws(() => found('tfjs', 'best'), {code: 'DATA_INVALID', message: /is not a run folder/});
  t.throws(() => found('data'), {code: 'DATA_MISSING', message: /holds neither/});
});
