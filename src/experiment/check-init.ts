import type {ModelPlan} from '../model/infer-shapes.js';
import type {WeightMatch} from '../model/init/match-weights.js';
import {ModelProblem} from '../model/shape-problem.js';
import {ExpError} from '../support/errors.js';
import type {Findings} from './findings.js';
import type {InitContext} from './init-weights.js';
import type {ExperimentSpec} from './schema.js';

/**
 * Whether the initial weights are there and fit the model, of which only headers are read; and whether what is frozen has any.
 * @returns the folder's name of the run that `{run: NAME}` means, if it is one
 */
export async function checkInit(
  {model: {init}}: ExperimentSpec,
  plan: ModelPlan,
  context: InitContext,
  findings: Findings,
): Promise<string | undefined> {
  if (!init) {
    checkFrozen(plan, {filled: []}, findings);
    return undefined;
  }
  const isRun = typeof init.from !== 'string' && 'run' in init.from;
  try {
    // Readers of weights are loaded only where there are some: validation starts in a quarter of a second.
    const {openInit} = await import('./init-weights.js');
    const {run, match} = await openInit(init, plan, context);
    checkFrozen(plan, match, findings);
    return isRun ? run : undefined;
  } catch (error) {
    if (!(error instanceof ExpError)) throw error;
    const place = isRun && error.code === 'RUN_NOT_FOUND' ? ['init', 'from', 'run'] : ['init', 'from'];
    findings.mistake(
      ['model', ...(error instanceof ModelProblem ? error.path : place)],
      error.message,
      error.hint,
      error.code,
    );
    return undefined;
  }
}

/** A layer that is frozen with the random weights it starts with is most often a name forgotten in `init`. */
function checkFrozen({layers}: ModelPlan, {filled}: Pick<WeightMatch, 'filled'>, findings: Findings): void {
  const loaded = new Set(filled.map(({recipe}) => recipe.weight));
  const random = layers.filter(
    ({name, weights, isFrozen}) =>
      isFrozen && weights.some((weight) => weight.trainable && !loaded.has(`${name}/${weight.name}`)),
  );
  if (random.length === 0) return;
  const names = random.map(({name}) => `\`${name}\``).join(', ');
  findings.warning(
    random.length === 1
      ? `${names} is frozen but keeps weights that nothing has trained: \`model.init\` does not fill it`
      : `${names} are frozen but keep weights that nothing has trained: \`model.init\` does not fill them`,
  );
}
