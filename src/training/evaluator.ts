import type {Split} from '../data/dataset.js';
import type {Breather} from './breather.js';
import {evaluate} from './evaluate.js';
import type {MetricValues} from './events.js';
import type {MetricTable} from './metrics/metric.js';
import {withAverages} from './optimizers/average.js';
import type {TrainingOptions} from './options.js';
import type {RunningMetrics} from './running-metrics.js';

/** Evaluates the sets of a training, with the averaged weights where there are such. */
export class Evaluator {
  constructor(
    private readonly options: TrainingOptions,
    private readonly running: RunningMetrics,
    private readonly breather: Breather,
  ) {}

  /** The latest weights are back afterwards. @returns undefined when aborted on the way */
  async evaluate(split: Split, prefix: string): Promise<MetricValues | undefined> {
    const {session, spec, signal, maxSteps} = this.options;
    const latest = spec.weightAverage && (await session.readState());
    if (latest) await session.writeState(withAverages(latest));
    const values = await evaluate(split, prefix, {
      session,
      signal,
      batchSize: spec.evaluationBatchSize ?? spec.batchSize,
      maxBatches: maxSteps,
      running: this.running,
      breather: this.breather,
    });
    if (latest) await session.writeState(latest);
    return values;
  }

  /** What the metrics have to say of the set evaluated last that is no number. */
  tables(): readonly MetricTable[] {
    return this.running.tables();
  }
}
