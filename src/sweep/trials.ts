import {checkLoaded, type LoadExperimentOptions, type LoadedExperiment} from '../experiment/load.js';
import {membersOf} from '../experiment/members.js';
import {experimentSchema} from '../experiment/schema.js';
import {blockExpander} from '../model/blocks/expand.js';
import {type Problem, SpecError} from '../spec/diagnostic.js';
import {checkTree, type LoadedSpec, type SpecTree} from '../spec/load.js';
import type {TrialRequest} from './loaded-sweep.js';
import {rememberedData} from './remembered-data.js';
import type {TrialTemplate} from './trial-template.js';

/** Makes the experiments of a sweep's trials. */
export class TrialMaker {
  readonly #describe = rememberedData();

  constructor(
    private readonly template: TrialTemplate,
    private readonly tree: SpecTree,
    /** Of trials that say none; the experiment's own where undefined. */
    private readonly seed: number | undefined,
    private readonly options: LoadExperimentOptions,
  ) {}

  /** What the schema says of a trial. @throws SpecError */
  admit({values, seed = this.seed, trial}: TrialRequest): LoadedSpec {
    const problems: Problem[] = [];
    const root = this.template.apply(values, seed, trial, problems);
    const {source, path} = this.tree;
    return checkTree(
      experimentSchema,
      {root, source, path},
      {env: this.options.env, expander: blockExpander, problems},
    );
  }

  /** What everything else says of it. @throws SpecError */
  async check(admitted: LoadedSpec): Promise<LoadedExperiment> {
    const loaded = await checkLoaded(admitted, {...this.options, describe: this.#describe});
    if (membersOf(loaded).length === 1) return loaded;
    const message = `a trial is one run, but data.validation.kFold makes ${membersOf(loaded).length} of it`;
    const hint =
      'choose one with `data.validation.fold`, or make it a parameter: data.validation.fold: {min: 1, max: k}';
    throw new SpecError([admitted.problemAt(['data', 'validation', 'kFold'], message, hint)]);
  }
}
