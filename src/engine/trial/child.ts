/**
 * A program of its own: trains a small network for some steps on one engine and device and prints what came of it, so that native
 * libraries that abort, print or hang do no harm to the process that wants to know.
 */
import {ExpError} from '../../support/errors.js';
import {chooseEngine, createSession} from '../create-session.js';
import {loadEagerBackend} from '../eager/backends.js';
import {trialBatch, trialSession} from './network.js';
import type {TrialAnswer, TrialRequest} from './trial.js';

/** Steps that are not measured: libraries make plans and memory in them. */
const numWarmUpSteps = 3;

async function train({engine, device, backend, folder, steps}: TrialRequest): Promise<TrialAnswer> {
  const choice = backend
    ? await loadEagerBackend(backend, {folder}).then(
        () => ({engine: 'eager', provider: 'cpu', mayFallBack: false}) as const,
      )
    : await chooseEngine(engine, device);
  const options = await trialSession();
  const session = await createSession(choice, options, trialBatch(0).size, () => {});
  const losses: number[] = [];
  const millis: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const batch = trialBatch(step);
    const start = performance.now();
    losses.push((await session.step(batch, {learningRate: 0.05, step})).loss);
    if (step > numWarmUpSteps) millis.push(performance.now() - start);
  }
  await session.dispose();
  options.model.network.dispose();
  millis.sort((a, b) => a - b);
  const answer = {engine: session.engine, device: session.device, losses};
  const middle = millis[Math.floor(millis.length / 2)];
  return middle === undefined ? answer : {...answer, stepMillis: middle};
}

function print(
  result:
    | {readonly answer: TrialAnswer}
    | {readonly error: {readonly message: string; readonly hint?: string | undefined}},
): void {
  process.stdout.write(`\n@${JSON.stringify(result)}\n`);
}

const request: TrialRequest = JSON.parse(process.argv.at(-1)!);
try {
  print({answer: await train(request)});
} catch (error) {
  if (!(error instanceof ExpError)) throw error;
  print({error: {message: error.message, hint: error.hint}});
}
