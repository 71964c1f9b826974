import type {BuiltModel} from '../model/built-model.js';
import type {Rng} from '../support/random.js';
import type {Shape} from '../support/tensor.js';
import type {LossFunction} from '../training/losses/registry.js';
import type {ClippingSpec} from '../training/optimizers/clipping.js';
import type {RuleChoice} from '../training/optimizers/rule.js';
import type {TrainingSession} from '../training/session.js';

/** What an output of the model is trained for. */
export interface TrainedOutput {
  readonly name: string;
  readonly loss: LossFunction;
  /** What its loss is multiplied by in the sum. */
  readonly weight: number;
  /** Of one encoded target, batch axis left out (`encodedTargetShape`). */
  readonly targetShape: Shape;
  /** Whether batches hold a weight for each example. */
  readonly isWeighted: boolean;
}

/** What every engine takes to make a session. */
export interface SessionOptions {
  /** The session trains this model's weights, or a copy that `syncModel` brings back; the model stays the caller's. */
  readonly model: BuiltModel;
  /** In the order of the network's outputs. */
  readonly outputs: readonly TrainedOutput[];
  /** What an update does to each weight. */
  readonly rule: RuleChoice;
  /** Of the gradients, before the rule sees them; none when left out. */
  readonly clipping?: ClippingSpec | undefined;
  /** Updates come in parts, so room for the sum of their gradients is needed. */
  readonly accumulates?: boolean;
  /** The stream that layers' noise comes from, `rng.split('dropout')` of the run. */
  readonly rng: Rng;
  /**
   * Sessions of the same key have the same network, losses and shapes, whatever their weights, rules and batch sizes, and may share what
   * their steps were compiled to. Nothing is shared when left out.
   */
  readonly graphKey?: string;
  /** How many cores a step may use; all that the process may by default. Only the compiled engine can be told. */
  readonly numThreads?: number | undefined;
}

/** An engine, as the contract suite and the engine choice see it. */
export type SessionFactory = (options: SessionOptions) => Promise<TrainingSession>;
