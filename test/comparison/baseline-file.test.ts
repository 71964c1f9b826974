import t from 'tap';
import {baselineContent, parseBaseline} from '../../src/comparison/baseline-file.js';
import {compareRuns} from '../../src/comparison/compare.js';
import {holdAgainst} from '../../src/comparison/held.js';
import {runOf, seedsOf} from './fixtures.js';

const origin = {exp: '1.2.3', savedAt: new Date(0), groupedBy: ['seed'], commit: 'abc+'};
const rows = () => compareRuns(seedsOf({0.01: [0.5, 0.52], 0.001: [0.9, 0.92]})).rows;
const textOf = (content: unknown): string => JSON.stringify(content);

t.test('what a file holds is what was saved', async (t) => {
  const content = baselineContent(rows(), origin);
  t.match(content, {
    exp: '1.2.3',
    savedAt: '1970-01-01T00:00:00.000Z',
    commit: 'abc+',
    settings: {'training.optimizer.type': 'adam'},
  });
  t.same(content.rows[0]!.settings, {'training.optimizer.learningRate': 0.001}, 'what tells the rows apart');
  t.same(
    content.rows[0]!.runs.map(({settings}) => settings),
    [{seed: 1}, {seed: 2}],
  );
  const baseline = parseBaseline(textOf(content), 'main', 'main.json');
  const held = holdAgainst(compareRuns(seedsOf({0.01: [0.5, 0.52], 0.001: [0.9, 0.92]})), baseline);
  t.same(
    held.rows.map(({deltas}) => deltas.filter(Boolean).map((delta) => delta!.delta)),
    [[0], [0]],
  );
  t.same(
    held.rows.map(({changed}) => changed),
    [[], []],
  );
  t.same(held.left, []);
});

t.test('values that JSON does not know, folds and unfinished runs', async (t) => {
  const runs = [1, 2, 3].map((fold) =>
    runOf(`fold-${fold}`, {
      state: fold === 3 ? 'failed' : 'finished',
      spec: {data: {validation: {fold}}},
      last: {val_loss: fold === 1 ? Number.NaN : Number.POSITIVE_INFINITY, __proto__x: 1},
      dataFingerprint: 'f',
    }),
  );
  const content = baselineContent([{runs}], origin);
  const {rows: read} = parseBaseline(textOf(content), 'main', 'main.json');
  t.same(
    read[0]!.runs.map(({last}) => last.val_loss),
    [Number.NaN, Number.POSITIVE_INFINITY],
    'the failed run is left out',
  );
  t.throws(() => baselineContent([{runs: runs.slice(2)}], origin), {
    code: 'BASELINE_UNUSABLE',
    message: 'no finished run to save as a baseline: fold-3 (failed)',
  });
  t.throws(() => baselineContent([], origin), {code: 'BASELINE_UNUSABLE'});
});

t.test('the digest is of what is computed, not of its names or the order of keys', async (t) => {
  const digest = (spec: unknown) => baselineContent([{runs: [runOf('a', {spec})]}], origin).rows[0]!.specDigest;
  const first = digest({name: 'a', tags: ['x'], training: {epochs: 3, batchSize: 4}});
  t.equal(digest({training: {batchSize: 4, epochs: 3}, name: 'b'}), first);
  t.not(digest({training: {batchSize: 4, epochs: 4}}), first);
});

t.test('a file that is no baseline says why', async (t) => {
  const content = baselineContent(rows(), origin);
  const cases = {
    '{': /^main\.json is no baseline: .*JSON/,
    '[]': /^main\.json is no baseline: the whole: Expected object/,
    [textOf({...content, version: 2})]: /its version is 2, this exp reads version 1/,
    [textOf({...content, rows: []})]: /\/rows: Expected array length/,
    [textOf({...content, rows: [{...content.rows[0], runs: [{run: 'a', last: {loss: '3'}}]}]})]:
      /\/rows\/0\/runs\/0\/last\/loss/,
  };
  for (const [text, message] of Object.entries(cases))
    t.throws(() => parseBaseline(text, 'main', 'main.json'), {code: 'BASELINE_UNUSABLE', message}, text.slice(0, 40));
});
