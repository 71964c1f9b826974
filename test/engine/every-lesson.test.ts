import t from 'tap';
import {createCompiledSession} from '../../src/engine/compiled/session.js';
import {createEagerSession} from '../../src/engine/eager/session.js';
import type {TrainingSession} from '../../src/training/session.js';
import {relativeError} from '../reference/read.js';
import {lessonSteps, lessons, prepareLesson, writeDigits} from './lessons.js';

const numSteps = 50;
const lossTolerance = 1e-4;
/**
 * Of an array's largest weight. Adam divides a gradient by its own size, so a weight whose gradient is little more than rounding takes
 * steps of rounding's sign; the losses hardly depend on such a weight, so they are held to less.
 */
const weightTolerance = 1e-3;
/** Attention adds the same to all scores of a query when a key's bias changes, and softmax does not see it: its gradient is all rounding. */
const isAllRounding = (weight: string): boolean => weight.endsWith('/key/bias');

t.before(async () => {
  await writeDigits();
});

for (const lesson of lessons) {
  t.test(`${lesson} is the same compiled with passes, compiled without, and eager`, async (t) => {
    const opened = await prepareLesson(lesson, ['engine=compiled', 'device=cpu'], t.fail.bind(t));
    const {prepared} = opened;
    const {sessionOptions} = prepared;
    // One thread each: sessions that take turns would wait for each other's threads.
    const session = await createCompiledSession(sessionOptions, {numThreads: 1});
    // The eager session trains the model's own weights, so it comes last.
    const others: Readonly<Record<string, TrainingSession>> = {
      'without passes': await createCompiledSession(sessionOptions, {numThreads: 1, passes: false}),
      eager: await createEagerSession(sessionOptions),
    };
    const largest: Record<string, number> = {};
    for (const {batch, hyper} of lessonSteps(opened, numSteps)) {
      const {loss} = await session.step(batch, hyper);
      for (const [name, other] of Object.entries(others)) {
        const difference = relativeError([loss], [(await other.step(batch, hyper)).loss]);
        largest[name] = Math.max(largest[name] ?? 0, difference);
      }
    }
    const {weights} = await session.readState();
    for (const [name, other] of Object.entries(others)) {
      t.ok(largest[name]! <= lossTolerance, `losses ${name} differ by ${largest[name]}`);
      for (const [weight, {values}] of (await other.readState()).weights) {
        if (isAllRounding(weight)) continue;
        // A bias may be all rounding, so no array is taken for smaller than 0.1.
        const difference = relativeError([...weights.get(weight)!.values, 0.1], [...values, 0.1]);
        t.ok(difference <= weightTolerance, `${weight} ${name} differs by ${difference}`);
      }
      await other.dispose();
    }
    await session.dispose();
    await prepared.dispose();
  });
}
