import type {Distribution, Json} from './distribution.js';

/** Values of one point by name of the parameter; one whose `when` does not hold is absent. */
export type Assignment = Readonly<Record<string, Json>>;

/** One dimension of the space. */
export interface Parameter {
  /** Dotted path into the experiment, `training.optimizer.learningRate`, or the name of a part of a list that varies in length. */
  readonly name: string;
  readonly distribution: Distribution;
}

/**
 * What may vary. Samplers see nothing else: no YAML, no experiment. Parameters stand in an order in which whether one is active depends on
 * those before it only.
 */
export interface SearchSpace {
  readonly parameters: readonly Parameter[];
  /** Whether a parameter counts, given the values of all before it. Always true of one without `when`. */
  isActive(parameter: Parameter, before: Assignment): boolean;
  /** Whether the constraints hold. Always true without any. */
  isFeasible(assignment: Assignment): boolean;
}
