import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {Writable} from 'node:stream';
import t from 'tap';
import {stringify} from 'yaml';
import {runComparison} from '../../src/experiment/compare-command.js';
import {loadExperiment} from '../../src/experiment/load.js';
import {listTo} from '../../src/experiment/ls-command.js';
import {writeReport} from '../../src/experiment/report-command.js';
import {removeRuns} from '../../src/experiment/rm-command.js';
import {plainSink} from '../../src/report/sink.js';
import {sweepViewOf} from '../../src/report/sweep-of-folder.js';
import {readRun} from '../../src/runs/run.js';
import {findSweepFolder, listSweeps} from '../../src/runs/sweep/find-sweeps.js';
import {readSweep} from '../../src/runs/sweep/read-sweep.js';
import {ExpError} from '../../src/support/errors.js';
import {showSweepBest} from '../../src/sweep/best-command.js';
import {showSweepStatus, writeSweepMarkdown} from '../../src/sweep/status-command.js';
import {stopSweep} from '../../src/sweep/stop-command.js';
import {exp, onlyRun} from '../commands/cli.js';
import {writeRun} from '../runs/run-folders.js';
import {tinyExperiment, writeSweep} from '../runs/sweep/sweep-folders.js';

const rate = (learningRate: number) => ({values: {'training.optimizer.learningRate': learningRate}});
const metrics = (loss: number) => ({
  metrics: `epoch,step,learningRate,loss,val_loss\n1,2,0.1,0.7,${loss}\n2,4,0.1,0.5,${loss + 0.01}\n`,
  summary: {metrics: {final: {loss: 0.5, val_loss: loss + 0.01}}},
});

/** Two that finished, one pruned, one failed. */
function ratesIn(runsDir: string): string {
  const unfinished = {summary: false as const};
  return writeSweep(runsDir, 'rates-20260102-030405-abcd', {
    plan: {sampler: 'tpe', pruner: 'asha'},
    trials: [
      {value: 0.5, epoch: 1, ...rate(0.1), run: metrics(0.5)},
      {value: 0.25, epoch: 1, ...rate(0.03), run: metrics(0.25)},
      {
        value: 0.1,
        epoch: 1,
        epochs: 1,
        state: 'pruned',
        message: 'asha',
        ...rate(0.9),
        run: {...metrics(0.1), ...unfinished},
      },
      {state: 'failed', message: 'no such thing', epochs: 0, ...rate(0.01)},
    ],
  });
}

/** A stream that is no terminal, and what is written to it. */
function pipe(): {readonly stream: NodeJS.WriteStream; readonly text: () => string} {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return {stream: stream as unknown as NodeJS.WriteStream, text: () => text};
}

const textOf = async (act: (sink: ReturnType<typeof plainSink>) => unknown): Promise<string> => {
  let text = '';
  await act(
    plainSink((piece) => {
      text += piece;
    }),
  );
  return text;
};

t.test('a sweep by its path, its name, or the beginning of that', async (t) => {
  const runsDir = t.testdir();
  const rates = ratesIn(runsDir);
  const others = writeSweep(runsDir, 'rates-20260103-030405-abcd');
  writeRun(runsDir, 'rat-20260104-030405-abcd');
  t.strictSame(listSweeps(runsDir), [rates, others]);
  t.equal(findSweepFolder(rates, runsDir), rates);
  t.equal(findSweepFolder('rates-20260102', runsDir), rates);
  t.equal(findSweepFolder('latest', runsDir), others);
  t.throws(() => findSweepFolder('rates', runsDir), {
    code: 'RUN_NOT_FOUND',
    message: /^2 sweeps in .* begin with "rates":\n {2}rates-20260102/,
  });
  t.throws(() => findSweepFolder('rat-', runsDir), {message: /"rat-" is no sweep/});
  t.throws(() => findSweepFolder('', runsDir), ExpError);
  t.throws(() => findSweepFolder('latest', path.join(runsDir, 'none')), {message: /there are no sweeps/});
});

t.test('status, as a screen, as JSON, as Markdown', async (t) => {
  const runsDir = t.testdir();
  const rates = ratesIn(runsDir);
  const request = {reference: 'rates', runsDir, watch: false, json: false};
  const screen = pipe();
  await showSweepStatus({...request, top: 2}, screen.stream);
  t.match(
    screen.text(),
    /^rank {2}trial {2}val_loss {2}learningRate .*\n {3}1 {6}2 {4}0\.2500 {2}0\.03 .*\n {3}2 {6}1 /,
  );
  t.match(screen.text(), '4 of 4 trials in 1 min 00 s: 2 finished, 1 pruned, 1 failed');
  t.match(screen.text(), 'trial 4 failed: no such thing');
  const json = pipe();
  await showSweepStatus({...request, json: true}, json.stream);
  t.match(JSON.parse(json.text()), {
    name: 'rates',
    state: 'finished',
    counts: {finished: 2, over: 4},
    best: {trials: [2], mean: 0.25},
  });
  const md = path.join(t.testdirName, 'x.md');
  await showSweepStatus({...request, md}, pipe().stream);
  t.match(readFileSync(md, 'utf8'), '| 1 | 2 | **0.2500** | 0.03 | finished |');
  const view = sweepViewOf(readSweep(rates));
  writeFileSync(md, 'before\n');
  writeSweepMarkdown(view, md, {GITHUB_STEP_SUMMARY: md});
  t.match(readFileSync(md, 'utf8'), /^before\n### Sweep rates\n/, 'what another step wrote stays');
  t.throws(() => writeSweepMarkdown(view, t.testdirName), {code: 'RUN_UNWRITABLE'});
});

t.test('a sweep that goes on is watched until it ends', async (t) => {
  const runsDir = t.testdir();
  const live = {plan: {numTrials: 4}, isAlive: true, trials: [{value: 0.5}, {state: 'running' as const}]};
  const folder = writeSweep(runsDir, 'live-20260102-030405-abcd', live);
  const attempt = path.join(folder, 'trials', '0002', 'attempt-1.json');
  // The process of the attempt is this one, by its number.
  writeFileSync(
    attempt,
    JSON.stringify({
      worker: 'w',
      at: '2026-01-02T03:04:05.000Z',
      pid: process.pid,
      host: (await import('node:os')).hostname(),
    }),
  );
  const said = pipe();
  const watching = showSweepStatus({reference: folder, runsDir, watch: true, json: false, lookMillis: 20}, said.stream);
  await new Promise((resolve) => setTimeout(resolve, 60));
  t.match(said.text(), /^1\/4 trials, 1 running, best val_loss 0\.5000 \(trial 1\), ETA \d+:\d\d\n$/);

  const stopping = pipe();
  await stopSweep({reference: 'live', runsDir, now: false, wait: false}, stopping.stream);
  t.match(stopping.text(), 'asked to stop: no new trial begins; 1 trial under way is finished first');
  t.match(JSON.parse(readFileSync(path.join(folder, 'stop.json'), 'utf8')), {after: 'trial', by: 'user'});
  const waiting = pipe();
  const stopped = stopSweep({reference: 'live', runsDir, now: true, wait: true, lookMillis: 20}, waiting.stream);
  await new Promise((resolve) => setTimeout(resolve, 60));
  t.match(JSON.parse(readFileSync(path.join(folder, 'stop.json'), 'utf8')), {after: 'now'});
  writeSweep(runsDir, 'live-20260102-030405-abcd', {
    ...live,
    isAlive: false,
    status: {state: 'stopped', message: 'somebody asked'},
    trials: [{value: 0.5}, {state: 'interrupted', epochs: 1}],
  });
  await Promise.all([watching, stopped]);
  t.match(said.text(), '1 of 4 trials in 1 min 00 s: 1 finished, 1 interrupted; the sweep is stopped: somebody asked');
  t.match(said.text(), 'exp sweep --resume');
  t.match(waiting.text(), /the sweep is stopped.*\nexp sweep --resume .*live-/);
  const again = pipe();
  await stopSweep({reference: 'live', runsDir, now: false, wait: true}, again.stream);
  t.match(again.text(), 'is stopped: nothing goes on in it');
});

t.test('the best, and an experiment made of it', async (t) => {
  const runsDir = t.testdir();
  ratesIn(runsDir);
  const request = {reference: 'rates', runsDir, top: 1, json: false};
  t.match(
    await textOf((sink) => showSweepBest(request, sink)),
    /^best val_loss 0\.2500: trial 2, epoch 1, learningRate 0\.03\n.*trials.0002\n$/,
  );
  t.match(
    await textOf((sink) => showSweepBest({...request, top: 2}, sink)),
    /^rank .*\n {3}1 {6}2 .*\n {3}2 {6}1 .*\n\nbest /,
  );
  const json = JSON.parse(await textOf((sink) => showSweepBest({...request, json: true}, sink)));
  t.match(json, {metric: {name: 'val_loss'}, best: {rank: 1, trials: [2], mean: 0.25}});

  const emit = path.join(runsDir, 'new', 'best.yaml');
  t.match(await textOf((sink) => showSweepBest({...request, emit}, sink)), /wrote .*best\.yaml: exp run /);
  t.match(
    readFileSync(emit, 'utf8'),
    /^# The best of sweep rates-20260102-030405-abcd: val_loss 0\.2500 in epoch 1, trial 2 of 4\.\n# {3}training\.optimizer\.learningRate: 0\.03\n# Written by exp sweep best/,
  );
  const loaded = await loadExperiment({path: emit});
  const {training, ...rest} = tinyExperiment(0.03) as {readonly training: object};
  t.match(loaded.spec, rest);
  t.match(loaded.spec.training, {...training, loss: {type: 'softmaxCrossEntropy'}});

  const empty = writeSweep(runsDir, 'empty-20260102-030405-abcd', {trials: [{state: 'pruned', value: 0.1}]});
  await t.rejects(
    textOf((sink) => showSweepBest({...request, reference: empty}, sink)),
    {
      code: 'RUN_NOT_FOUND',
      message: /^no trial of .* has finished with val_loss$/,
    },
  );
});

t.test('with several seeds the experiment has all of them; its paths start where it is', async (t) => {
  const runsDir = t.testdir({'data.csv': 'x,y\n1,2\n2,4\n3,6\n4,8\n5,10\n6,12\n7,14\n8,16\n'});
  const spec = {
    ...tinyExperiment(0.1),
    data: {
      source: {type: 'csv', path: 'data.csv', columns: {x: 'numeric', y: 'numeric'}, target: 'y'},
      validation: {fraction: 0.25},
    },
    training: {epochs: 1, batchSize: 2, loss: 'meanSquaredError', optimizer: 'sgd'},
    model: {layers: [{type: 'dense', units: 1}]},
  };
  writeSweep(runsDir, 'seeds-20260102-030405-abcd', {
    plan: {seeds: [3, 4]},
    trials: [
      {value: 0.5, run: {spec}},
      {value: 0.7, run: {spec}},
    ],
  });
  const emit = path.join(runsDir, 'far', 'away', 'best.yaml');
  const request = {reference: 'seeds', runsDir, top: 1, json: false, emit};
  t.match(await textOf((sink) => showSweepBest(request, sink)), 'best val_loss 0.6000 ± 0.1414: point 1, trials 1, 2');
  const text = readFileSync(emit, 'utf8');
  t.match(text, /\nseeds:\n {2}- 3\n {2}- 4\n/);
  t.notMatch(text, /^seed:/m);
  t.match(text, `path: ${path.join('..', '..', 'data.csv')}`);
});

t.test('a sweep among runs: a row of a list, all its trials elsewhere', async (t) => {
  const runsDir = t.testdir();
  const rates = ratesIn(runsDir);
  writeRun(runsDir, 'plain-20260101-030405-abcd', {
    status: {startedAt: '2026-01-01T00:00:00.000Z'},
    summary: {startedAt: '2026-01-01T00:00:00.000Z'},
  });
  mkdirSync(path.join(runsDir, 'torn-20260101-030405-abcd'));
  writeFileSync(path.join(runsDir, 'torn-20260101-030405-abcd', 'sweep.json'), '{');
  const sinks = (): {out: ReturnType<typeof plainSink>; errors: ReturnType<typeof plainSink>; text: () => string} => {
    let text = '';
    const sink = plainSink((piece) => {
      text += piece;
    });
    return {out: sink, errors: sink, text: () => text.replaceAll(runsDir, 'RUNS')};
  };
  const list = async (
    references: readonly string[],
    format: 'table' | 'json' = 'table',
    more = {},
  ): Promise<string> => {
    const {text, ...streams} = sinks();
    listTo({references, runsDir, reverse: false, format, ...more}, streams);
    return text();
  };
  const rows = (await list([])).split('\n').map((line) => line.replace(/ +/g, ' '));
  t.match(rows[1], /^torn-20260101-030405-abcd corrupt/);
  t.match(rows[2], /^plain-20260101-030405-abcd finished .* 2\/2/);
  t.match(rows[3], /^rates-20260102-030405-abcd finished .* 4\/4 trials .*0\.2500.* 1 min 00 s$/);
  t.match(rows[4], /^warning: torn-.*sweep\.json is damaged/);
  t.match(
    await list(['rates']),
    /trials\/0001 .*\n.*trials\/0002 .*\n.*trials\/0003 +pruned .*\n.*trials\/0004 +failed/,
  );
  t.notMatch(await list([], 'table', {states: ['running']}), 'rates');
  const [, , json] = JSON.parse((await list([], 'json')).split('\nwarning')[0]!);
  t.match(json, {state: 'finished', sweep: {counts: {over: 4, finished: 2}, numTrials: 4, best: {trials: [2]}}});

  const compare = async (...references: string[]): Promise<string> => {
    const {text, ...streams} = sinks();
    await runComparison({references, runsDir, format: 'table'}, streams);
    return text();
  };
  const table = (await compare('rates')).split('\n').map((line) => line.replace(/ +/g, ' '));
  t.match(table[0], /^run state learningRate min val_loss/);
  t.match(table[1], /^trial 3 pruned 0\.9 0\.1000/);
  t.match(table[2], /^trial 2 finished 0\.03 0\.2500/);
  t.match(table[3], /^trial 1 finished 0\.1 0\.5000/);
  t.match(
    await compare('rates', 'plain'),
    /rates-20260102-030405-abcd\/trials\/0001/,
    'among others with the name of the sweep',
  );
  t.match(await compare(path.join(rates, 'trials', '*')), 'trial 4');
  t.notMatch(await compare(), 'trial', 'trials are not among the runs unless their sweep is named');

  t.equal(readRun(path.join(rates, 'trials', '0003')).state, 'pruned');
  const out = path.join(runsDir, 'r.html');
  writeReport({references: ['rates'], runsDir, out}, pipe().stream, pipe().stream);
  t.match(readFileSync(out, 'utf8'), '<title>Sweep rates: tpe with asha, by val_loss</title>');

  await t.rejects(removeRuns({references: ['rates'], runsDir, yes: true, dryRun: false, json: false}, sinks()), {
    code: 'USAGE',
    message: /trial of a sweep/,
  });
  t.ok(existsSync(path.join(rates, 'trials', '0001', 'summary.json')));
});

t.test('what was emitted trains to the same numbers', async (t) => {
  const sweep = {
    name: 'real',
    experiment: tinyExperiment(0.1),
    metric: 'val_loss',
    parameters: {'training.optimizer.learningRate': {values: [0.001, 0.5]}},
  };
  const cwd = t.testdir({'sweep.yaml': stringify(sweep)});
  const {exitCode, stderr} = await exp(cwd, ['sweep', 'sweep.yaml', '--quiet']);
  t.equal(exitCode, 0, stderr);
  const best = await exp(cwd, ['sweep', 'best', 'latest', '--emit', 'out/best.yaml', '--json']);
  const {folders} = JSON.parse(best.stdout).best;
  const valid = await exp(cwd, ['validate', 'out/best.yaml']);
  t.equal(valid.exitCode, 0, valid.stderr);
  const run = await exp(cwd, ['run', 'out/best.yaml', '--quiet', '--runs-dir', 'again']);
  t.equal(run.exitCode, 0, run.stderr);
  t.equal(
    readFileSync(path.join(onlyRun(cwd, 'again'), 'metrics.csv'), 'utf8'),
    readFileSync(path.join(cwd, folders[0], 'metrics.csv'), 'utf8'),
  );
});
