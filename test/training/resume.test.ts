import t, {type Test} from 'tap';
import {Rng} from '../../src/support/random.js';
import type {TrainingEvent} from '../../src/training/events.js';
import {metrics} from '../../src/training/metrics/registry.js';
import type {TrainingOptions} from '../../src/training/options.js';
import {Blobs, ofType, type TinyOptions, type TinyRun, trainTiny} from './tiny.js';

type From = NonNullable<TrainingOptions['from']>;

/** Events as they are told twice alike: without what clocks say. */
const told = (events: readonly TrainingEvent[]): readonly object[] =>
  events.map((event) => {
    if (event.type === 'checkpoint') {
      const {state, ...rest} = event;
      const position = rest.kind === 'last' ? {...rest.position, clock: 0} : {};
      return {...rest, position, state};
    }
    const {
      trainMillis: _train,
      waitMillis: _wait,
      evaluateMillis: _evaluate,
      millis: _millis,
      ...rest
    } = {
      ...{trainMillis: 0, waitMillis: 0, evaluateMillis: 0, millis: 0},
      ...event,
    };
    return rest;
  });

/** Everything that has a state of its own. */
const everything: TinyOptions = {
  dropout: 0.3,
  validation: new Blobs(20, 2),
  test: new Blobs(21, 3),
  evaluateTestEveryEpoch: true,
  checkpoint: {last: true, everySteps: 1, monitor: 'val_accuracy', keep: 3},
  spec: {
    epochs: 5,
    validateEverySteps: 3,
    metrics: [
      {type: 'accuracy'},
      {type: 'rocAuc'},
      {type: 'cohenKappa', weights: 'none'},
      {type: 'precision', average: 'none'},
      {type: 'confusionMatrix'},
    ],
    weightAverage: {decay: 0.8},
    earlyStopping: {monitor: 'val_loss', patience: 2, minDelta: 0.2, restoreBest: true},
    schedule: {
      ...{type: 'reduceOnPlateau', monitor: 'val_loss', factor: 0.5, patience: 0, minDelta: 10},
      ...{cooldown: 1, minFactor: 0, warmupSteps: 3},
    },
  },
};

/** Goes on from every state that was saved, and compares all that follows with what followed there. */
async function resumeEverywhere(t: Test, options: TinyOptions): Promise<TinyRun> {
  const whole = await trainTiny(options);
  const saved = whole.events.flatMap((event, index) =>
    event.type === 'checkpoint' && event.kind === 'last' ? [{event, index}] : [],
  );
  for (const {event, index} of saved) {
    const from: From = {position: event.position, state: event.state};
    const rest = await trainTiny({...options, from});
    const {at, step} = event.position;
    const [started, ...events] = rest.events;
    t.match(started, {type: 'trainingStarted', from: {step}}, `${at} at step ${step}`);
    const isWithin = at === 'step' || at === 'validated';
    if (isWithin) t.match(events.shift(), {type: 'epochStarted', epoch: event.epoch});
    t.strictSame(told(events), told(whole.events.slice(index + 1)), `what follows ${at} at step ${step}`);
    t.strictSame(await rest.session.readState(), await whole.session.readState());
    t.strictSame(rest.outcome, whole.outcome);
    await rest.close();
  }
  t.comment(saved.map(({event: {position}}) => `${position.at} ${position.step}`).join(', '));
  await whole.close();
  return whole;
}

t.test('training goes on from any update as if nothing had been', async (t) => {
  const whole = await resumeEverywhere(t, everything);
  t.equal(whole.outcome.status, 'stoppedEarly', 'early stopping had its say');
  t.not(whole.outcome.restoredEpoch, undefined, 'and brought weights back');
  const rates = ofType(whole, 'epochEnded').map(({learningRate}) => learningRate);
  t.ok(new Set(rates).size > 1, 'the plateau was seen');
  t.ok(ofType(whole, 'validated').length > 3);
});

t.test('updates of several batches, and an end in the middle of an epoch', async (t) => {
  const checkpoint = {last: true, everySteps: 1};
  const spec = {epochs: 3, batchSize: 7, accumulateSteps: 3, maxSteps: 8};
  const whole = await resumeEverywhere(t, {checkpoint, spec, validation: new Blobs(9, 4)});
  t.equal(whole.outcome.step, 8);
});

t.test('an evaluation that was interrupted is made again', async (t) => {
  const options: TinyOptions = {...everything, checkpoint: {last: true, monitor: 'val_loss'}};
  const whole = await trainTiny(options);
  for (const [label, stopAt, at] of [
    ['within an epoch', 3, 'step'],
    ['after an epoch', 8, 'trained'],
  ] as const) {
    const controller = new AbortController();
    // Aborts as soon as the evaluation asks for its first batch.
    class Interrupting extends Blobs {
      override *batches(batchSize: number, order?: Uint32Array) {
        if (isReached) controller.abort();
        yield* super.batches(batchSize, order);
      }
    }
    let isReached = false;
    const interrupted = await trainTiny({
      ...options,
      validation: new Interrupting(20, 2),
      signal: controller.signal,
      listener(event) {
        isReached ||= event.type === 'step' && event.step === stopAt;
      },
    });
    t.equal(interrupted.outcome.status, 'interrupted', label);
    const last = ofType(interrupted, 'checkpoint').findLast(({kind}) => kind === 'last')!;
    if (last.kind !== 'last') throw new Error('no last one');
    t.match(last.position, {at, step: stopAt});
    const rest = await trainTiny({...options, from: {position: last.position, state: last.state}});
    t.strictSame(rest.outcome, whole.outcome);
    t.strictSame(await rest.session.readState(), await whole.session.readState());
    const rowsOf = (run: TinyRun) => told([...ofType(run, 'validated'), ...ofType(run, 'epochEnded')]);
    const later = rowsOf(rest);
    t.strictSame(
      later,
      rowsOf(whole).filter((row) => later.some((one) => JSON.stringify(one) === JSON.stringify(row))),
    );
    await interrupted.close();
    await rest.close();
  }
  await whole.close();
});

t.test('maxMinutes counts the minutes before the interruption', async (t) => {
  const options: TinyOptions = {checkpoint: {last: true, everySteps: 3}, spec: {maxMinutes: 10}};
  const whole = await trainTiny(options);
  t.equal(whole.outcome.step, 24);
  for (const [step, at] of [
    [3, 'step'],
    [8, 'concluded'],
  ] as const) {
    const wanted = at === 'concluded' ? {...options, checkpoint: {last: true}} : options;
    const {events, close} = await trainTiny(wanted);
    const saved = events.find((event) => event.type === 'checkpoint' && event.step === step);
    if (saved?.type !== 'checkpoint' || saved.kind !== 'last') throw new Error(`nothing saved at step ${step}`);
    t.equal(saved.position.at, at);
    const goOn = async (minutes: number): Promise<number> => {
      const clock = {...saved.position.clock, elapsed: 60_000 * minutes};
      const run = await trainTiny({...options, from: {position: {...saved.position, clock}, state: saved.state}});
      await run.close();
      return run.outcome.step;
    };
    t.equal(await goOn(11), step);
    t.equal(await goOn(1), 24);
    await close();
  }
  await whole.close();
});

t.test('every metric goes on from what it had gathered', async (t) => {
  const rng = Rng.fromSeed(8);
  const draw = (length: number, value: () => number) => Float32Array.from({length}, value);
  for (const definition of Object.values(metrics)) {
    const isOfClasses = definition.judges === 'classes';
    const spec = {type: definition.type, k: 2, average: 'macro', beta: 1, weights: 'linear'} as never;
    const context = isOfClasses
      ? {outputShape: [3], encoding: 'classIndex' as const, outputs: 'logits' as const, classNames: ['a', 'b', 'c']}
      : {outputShape: [2], encoding: 'values' as const, outputs: 'values' as const};
    const batchOf = (size: number) => ({
      examples: {size, targets: isOfClasses ? draw(size, () => rng.below(3)) : draw(2 * size, () => rng.uniform())},
      outputs: draw((isOfClasses ? 3 : 2) * size, () => rng.normal() ** 2),
    });
    const [whole, first, second] = [0, 1, 2].map(() => definition.create(spec, context));
    const valuesOf = (metric: typeof whole) => metric!.results?.() ?? [metric!.result()];
    for (const [index, batch] of [batchOf(40), batchOf(700), batchOf(11)].entries()) {
      whole!.update(batch.examples, batch.outputs);
      (index < 2 ? first! : second!).update(batch.examples, batch.outputs);
      if (index === 1) second!.restore(first!.gathered());
    }
    t.strictSame(valuesOf(second), valuesOf(whole), definition.type);
    t.strictSame(second!.table?.(), whole!.table?.());
  }
});
