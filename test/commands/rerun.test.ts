import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {compareRepetition} from '../../src/experiment/rerun-results.js';
import {readRun} from '../../src/runs/run.js';
import {exp} from './cli.js';

const rows = (shift: number): string =>
  Array.from({length: 40}, (_, i) => `${(i * 7) % 11},${((i * 3) % 5) + shift},${i % 3 === 0 ? 'yes' : 'no'}`).join(
    '\n',
  );
const csv = `a,b,y\n${rows(0)}\n`;
const spec = `name: again
data: {source: {type: csv, path: data/t.csv, target: y}, validation: {fraction: 0.25}}
model: {layers: [{type: dense, units: 8, activation: relu}, {type: dropout, rate: 0.2}, {type: dense, units: 2}]}
training: {epochs: 3, batchSize: 8, loss: softmaxCrossEntropy, optimizer: {type: adam, learningRate: 0.01}, metrics: [accuracy], logEverySteps: 1}
`;

/** A spec in `project`, trained from there; another working folder beside it. */
async function trained(
  t: Pick<typeof t0, 'testdir' | 'equal'>,
): Promise<{project: string; elsewhere: string; id: string}> {
  const root = t.testdir({project: {'spec.yaml': spec, data: {'t.csv': csv}}, elsewhere: {}});
  const project = path.join(root, 'project');
  t.equal((await exp(project, ['run', 'spec.yaml', '-q'])).exitCode, 0);
  return {project, elsewhere: path.join(root, 'elsewhere'), id: readdirSync(path.join(project, 'runs'))[0]!};
}
const t0 = t;

const runsOf = (project: string): string[] => readdirSync(path.join(project, 'runs')).sort();

t.test('from another folder, without the spec, the same comes out', async (t) => {
  const {project, elsewhere, id} = await trained(t);
  rmSync(path.join(project, 'spec.yaml'));
  const runs = ['--runs-dir', path.join(project, 'runs')];
  const {stdout, stderr, exitCode} = await exp(elsewhere, ['rerun', id, '--exact', ...runs]);
  t.equal(exitCode, 0, stderr);
  t.match(stdout, new RegExp(`✓ data, versions, device and repository are those of ${id}`));
  t.match(stdout, new RegExp(`✓ repeated: metrics\\.csv is that of ${id} to the last byte, and so are the weights`));
  t.equal(runsOf(project).length, 2, 'a folder of its own');
  const [first, second] = runsOf(project).map((name) =>
    readFileSync(path.join(project, 'runs', name, 'metrics.csv'), 'utf8'),
  );
  t.equal(first, second);
  const again = await exp(elsewhere, ['rerun', runsOf(project).find((name) => name !== id)!, '--exact', '-q', ...runs]);
  t.equal(again.exitCode, 0, 'a repetition can be repeated');
});

t.test('other data: told before, refused by --exact, measured afterwards', async (t) => {
  const {project, id} = await trained(t);
  writeFileSync(path.join(project, 'data/t.csv'), `a,b,y\n${rows(0.5)}\n`);
  const check = await exp(project, ['rerun', id, '--check']);
  t.equal(check.exitCode, 0);
  t.match(check.stdout, /! data: [0-9a-f]{12}… then, [0-9a-f]{12}… now/);
  const exact = await exp(project, ['rerun', id, '--exact']);
  t.equal(exact.exitCode, 3);
  t.match(exact.stderr, new RegExp(`error: ${id} cannot be repeated exactly: data differ`));
  t.strictSame(runsOf(project), [id], 'neither of them has made a folder');
  const loose = await exp(project, ['rerun', id, '--json']);
  t.equal(loose.exitCode, 0, loose.stderr);
  const lines = loose.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  t.match(lines[0], {
    type: 'conditions',
    of: id,
    determinism: {level: 'bitwise'},
    differ: [{what: 'data', matters: true}],
  });
  t.match(lines.at(-1), {
    type: 'repeated',
    of: id,
    isEqual: false,
    hasSameWeights: false,
    numEpochs: 3,
    first: {epoch: 1},
  });
});

t.test('overrides, another version, a spec folder that is gone', async (t) => {
  const {project, elsewhere, id} = await trained(t);
  const seed = await exp(project, ['rerun', id, 'seed=7', '-q']);
  t.match(seed.stdout, /! not the same as in .*\n {2}first: epoch 1, loss: \S+ then, \S+ now/);
  t.equal(
    (await exp(project, ['rerun', id, 'training.epoch=7'])).exitCode,
    2,
    'pairs are checked like those of exp run',
  );

  const file = path.join(project, 'runs', id, 'environment.json');
  const environment = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({...environment, exp: '0.0.9', host: 'other', cpu: {model: 'Z80', cores: 1}}));
  const older = await exp(project, ['rerun', id, '--check']);
  t.match(
    older.stdout,
    /! exp: 0\.0\.9 then, \d+\.\d+\.\d+ now\n {2}! processor: Z80 then, .* now\n {4}host: other then, .* now\n/,
  );

  renameSync(project, `${project}-moved`);
  const moved = path.join(`${project}-moved`, 'runs', id);
  const gone = await exp(elsewhere, ['rerun', moved, '--check']);
  t.match(
    gone.stderr,
    /warning: the folder of the spec, .*project, is gone: relative paths of data start at the working folder/,
  );
  t.equal(gone.exitCode, 2);
  t.equal((await exp(`${project}-moved`, ['rerun', moved, '--check'])).exitCode, 0);
  t.equal((await exp(elsewhere, ['rerun', 'nothing'])).exitCode, 2);
});

t.test('deviations are found and measured', async (t) => {
  const folder = (name: string, rows: string, steps: string): string => {
    const run = path.join(t.testdirName, name);
    mkdirSync(run, {recursive: true});
    writeFileSync(path.join(run, 'metrics.csv'), `epoch,step,loss,val_loss\n${rows}`);
    writeFileSync(path.join(run, 'steps.csv'), `step,batchLoss\n${steps}`);
    return run;
  };
  t.testdir({});
  const original = readRun(folder('a', '1,10,0.5,0.4\n2,20,0.25,0.2\n3,30,0.125,\n', '5,1\n10,2\n15,3\n'));
  t.match(
    compareRepetition(
      original,
      readRun(folder('b', '1,10,0.5,0.4\n2,20,0.25,0.2\n3,30,0.125,\n', '5,1\n10,2\n15,3\n')),
    ),
    {
      isEqual: true,
      numEpochs: 3,
      numMissing: 0,
      hasSameWeights: undefined,
      sameUntilStep: 15,
    },
  );
  // |0.26 − 0.25| / 0.26 is less than |0.4 − 0.2| / 0.4.
  t.strictSame(compareRepetition(original, readRun(folder('c', '1,10,0.5,0.4\n2,20,0.26,0.4\n', '5,1\n10,2.5\n'))), {
    isEqual: false,
    hasSameWeights: undefined,
    numEpochs: 2,
    numMissing: 1,
    first: {epoch: 2, metric: 'loss', was: 0.25, is: 0.26},
    largest: {epoch: 2, metric: 'val_loss', was: 0.2, is: 0.4},
    sameUntilStep: 5,
  });
  const shorter = compareRepetition(original, readRun(folder('d', '1,10,0.5,0.4\n', '')));
  t.match(shorter, {isEqual: false, numEpochs: 1, numMissing: 2, first: undefined, sameUntilStep: undefined});
});
