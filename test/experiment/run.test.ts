import {existsSync, readdirSync} from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import t from 'tap';
import {loadExperiment, type RunPlan, type RunReporter, readRun, runExperiment} from '../../src/index.js';
import type {TrainingEvent} from '../../src/training/events.js';
import {tinySpec} from '../commands/cli.js';

/** Remembers what it is told. */
class Recorder implements RunReporter {
  readonly told: string[] = [];
  readonly warnings: string[] = [];
  plan: RunPlan | undefined;

  constructor(readonly onEvent: (event: TrainingEvent) => void = () => {}) {}

  planned(plan: RunPlan): void {
    this.plan = plan;
    this.told.push('planned');
  }
  listen(event: TrainingEvent): void {
    this.told.push(event.type);
    this.onEvent(event);
  }
  warn(message: string): void {
    this.warnings.push(message);
  }
  ended(): void {
    this.told.push('ended');
  }
  close(): void {
    this.told.push('closed');
  }
}

const load = (...overrides: readonly string[]) =>
  loadExperiment({text: tinySpec, path: 'tiny.yaml'}, {overrides: ['engine=eager', 'device=cpu', ...overrides]});

t.test('the programming interface trains quietly and tells the reporter', async (t) => {
  const runsDir = t.testdir();
  const reporter = new Recorder();
  const outcome = await runExperiment(await load(), {runsDir, reporter});
  t.match(outcome, {state: 'finished', summary: {epochs: 3}});
  t.equal(readRun(outcome.path!).state, 'finished');
  t.strictSame(
    reporter.told.filter((type) => type !== 'step' && type !== 'checkpoint'),
    [
      'planned',
      'trainingStarted',
      ...Array(3).fill(['epochStarted', 'epochEnded']).flat(),
      'tested',
      'trainingEnded',
      'ended',
      'closed',
    ],
  );
  t.match(reporter.plan, {numParameters: 51, memoryBytes: 4 * (51 + 51 * 3 + 2 * 16 * (2 + 8 + 8 + 3))});
});

t.test('no tensor outlives a run', async (t) => {
  const runsDir = t.testdir();
  await runExperiment(await load(), {runsDir});
  const {numTensors} = tf.memory();
  await runExperiment(await load(), {runsDir});
  t.equal(tf.memory().numTensors, numTensors);
});

t.test('an abort ends the run as interrupted, a failing listener as failed', async (t) => {
  const runsDir = t.testdir();
  const controller = new AbortController();
  const aborting = new Recorder((event) => {
    if (event.type === 'step' && event.step === 4) controller.abort();
  });
  const outcome = await runExperiment(await load(), {runsDir, reporter: aborting, signal: controller.signal});
  t.match(outcome, {state: 'interrupted', epoch: 2, step: 4});
  t.equal(readRun(outcome.path!).state, 'interrupted');

  const failing = new Recorder((event) => {
    if (event.type === 'epochEnded') throw new Error('the listener broke');
  });
  await t.rejects(runExperiment(await load('name=broken'), {runsDir, reporter: failing}), {
    message: 'the listener broke',
  });
  const broken = readdirSync(runsDir).find((name) => name.startsWith('broken'))!;
  t.match(readRun(path.join(runsDir, broken)), {state: 'failed', status: {message: 'the listener broke'}});
  t.equal(failing.told.at(-1), 'closed');
});

t.test('an abort before training leaves no folder', async (t) => {
  const runsDir = path.join(t.testdir(), 'runs');
  const signal = AbortSignal.abort();
  await t.rejects(runExperiment(await load(), {runsDir, signal}), {code: 'INTERRUPTED', exitCode: 130});
  t.notOk(existsSync(runsDir));
});
