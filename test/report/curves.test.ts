import {parse} from 'csv-parse/sync';
import t from 'tap';
import type {ComparedRun} from '../../src/comparison/compared-run.js';
import {curvesOf} from '../../src/comparison/curves.js';
import {groupRuns, repetitionKeys} from '../../src/comparison/groups.js';
import {curvesCsv, curvesJson, curvesScreen, curvesSvg} from '../../src/report/curve-formats.js';
import {groupLabels} from '../../src/report/curve-labels.js';
import {createStyle} from '../../src/report/style.js';
import {widthOf} from '../../src/report/text.js';
import {runOf} from '../comparison/fixtures.js';

/** Control characters but line breaks, and those that turn text around. */
const harmful = /(?!\n)[\p{Cc}\u202E]/u;

const plain = {style: createStyle(false), unicode: true, log: false, width: 80};
const request = {x: 'epoch', smooth: 0, timing: () => []} as const;
const epochsOf = (scale: number) =>
  Array.from({length: 9}, (_, i) => ({
    epoch: i + 1,
    step: i + 1,
    loss: scale / (i + 1),
    val_loss: (2 * scale) / (i + 1),
  }));

const net = (id: string, seed: number, learningRate: number, more: Partial<ComparedRun> = {}): ComparedRun => ({
  ...runOf(id, {
    spec: {
      name: 'net',
      seed,
      training: {batchSize: 8, optimizer: {type: 'adam', learningRate}},
      data: {n: learningRate},
    },
    epochs: epochsOf(learningRate * seed),
  }),
  ...more,
});

const runs = [net('a', 1, 0.1), net('b', 2, 0.1), net('c', 1, 0.01, {state: 'running'})];

t.test('labels say in few words what tells runs apart', async (t) => {
  const labels = (list: readonly ComparedRun[], keys = repetitionKeys) => groupLabels(groupRuns(list, keys), keys);
  t.same(labels(runs), ['learningRate 0.1 × 2', 'learningRate 0.01']);
  t.equal(new Set(labels(runs, [])).size, 3);
  t.same(labels([runs[0]!]), ['a'], 'one run is called by its name');
  t.same(labels([runOf('x'), runOf('y')]), ['x', 'y'], 'runs whose specs cannot be read are, too');
});

t.test('the screen has a drawing for each metric and fits', async (t) => {
  const drawn = curvesOf(runs, {...request, metrics: ['loss', 'val_loss'], smooth: 0.6});
  const screen = curvesScreen(drawn, plain);
  t.match(
    screen,
    /^loss\n\* loss, learningRate 0\.1 × 2 {3}\+ loss, learningRate 0\.01\no val_loss, learningRate 0\.1 × 2/,
  );
  t.match(screen, 'mean of n runs that differ only in seed,');
  t.match(screen, 'weight 0.6, bias corrected');
  t.match(screen, 'drawn as far as they are: c (running)');
  const one = curvesScreen(curvesOf([runs[0]!], {...request, metrics: ['loss']}), plain);
  t.match(one, /^a\nloss\n[\s\S]*[⠁-⣿]{3}/);
  for (const width of [20, 33, 80, 200]) {
    for (const line of curvesScreen(drawn, {...plain, width}).split('\n'))
      t.ok(widthOf(line) <= width, `${width}: ${line}`);
  }
  t.notMatch(curvesScreen(drawn, {...plain, unicode: false}), /[^ -~\n]/);
});

t.test('a picture has a colour for each group, dashes for the training set, bands for means', async (t) => {
  const svg = curvesSvg(curvesOf(runs, {...request, metrics: ['loss', 'val_loss']}), {log: false});
  const curves = [...svg.matchAll(/<path class="curve" stroke="(#\w+)"( stroke-dasharray="6 4")? stroke-linecap/g)];
  t.equal(curves.length, 4);
  t.equal(new Set(curves.map(([, color]) => color)).size, 2);
  t.same(
    curves.map(([, , dash]) => dash !== undefined),
    [true, true, false, false],
  );
  t.equal(svg.match(/class="band"/g)!.length, 2);
  const flat = [net('a', 1, 1, {epochs: () => [1, 100].map((loss, i) => ({epoch: i, loss}))})];
  const logarithmic = curvesSvg(curvesOf(flat, {...request, metrics: ['loss']}), {log: true});
  t.match(logarithmic, />10<\/text>/);
  t.match(logarithmic, '<text x="68" y="212" text-anchor="end" dominant-baseline="middle">10</text>', 'half way up');
});

t.test('tables and JSON have full precision', async (t) => {
  const drawn = curvesOf(runs, {...request, x: 'step', metrics: ['loss']});
  const rows = parse(curvesCsv(drawn), {columns: true}) as Record<string, string>[];
  t.equal(rows.length, 18);
  const value = Number(rows[2]!.value);
  t.ok(Math.abs(value - 0.05) < 1e-15, 'the mean of 0.1 / 3 and 0.2 / 3');
  t.match(rows[2], {runs: 'learningRate 0.1 × 2', metric: 'loss', epoch: '3', step: '3', n: '2'});
  const json = JSON.parse(JSON.stringify(curvesJson(drawn)));
  t.match(json.curves[0], {label: 'learningRate 0.1 × 2', metric: 'loss', runs: [{run: 'a'}, {run: 'b'}]});
  t.equal(json.curves[0].points[2].value, value);
});

t.test('hostile names and values do no harm', async (t) => {
  const evil = '=cmd|\u001b[31m<script>\u202e"';
  const values = [1e308, -1e308, Number.NaN, Number.POSITIVE_INFINITY, 0];
  const epochs = values.map((value, i) => ({epoch: i + 1, step: i + 1, [evil]: value}));
  const hostile = ['a', 'b'].map((id) => runOf(id + evil, {spec: {[`${evil}.${id}`]: id + evil.repeat(50)}, epochs}));
  const drawn = curvesOf(hostile, {...request, metrics: [evil]});
  for (const log of [false, true]) {
    const screen = curvesScreen(drawn, {...plain, log, width: 40});
    t.notMatch(screen, harmful);
    for (const line of screen.split('\n')) t.ok(widthOf(line) <= 40, line);
    const svg = curvesSvg(drawn, {log});
    t.notMatch(svg, harmful);
    t.notMatch(svg, /<script|NaN|Infinity|undefined/);
  }
  t.notMatch(curvesCsv(drawn), harmful);
  t.notMatch(curvesCsv(drawn), /(^|,)"?=/m);
  t.doesNotThrow(() => JSON.parse(JSON.stringify(curvesJson(drawn))));
});
