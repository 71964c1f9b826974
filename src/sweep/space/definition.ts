import type {Located} from '../../spec/located.js';
import type {Path} from '../../spec/path.js';
import type {Place} from '../../spec/source.js';
import type {Condition} from './condition.js';
import type {Distribution} from './distribution.js';

/** A parameter with where it was written and where its value goes. */
export interface ParameterDefinition {
  readonly name: string;
  readonly distribution: Distribution;
  /** It counts where all of these hold. */
  readonly when: readonly Condition[];
  /** The key it stands under. */
  readonly keyPlace: Place;
  /** How it is written. */
  readonly node: Located;
  readonly target: Target;
}

/** What becomes of a value. */
export type Target =
  /** It stands at this path of the experiment. */
  | {readonly kind: 'path'; readonly path: Path}
  /** So many copies of the list item stand at its place. */
  | {readonly kind: 'count'; readonly item: RepeatedItem}
  /** It stands in one of the copies, at this path of the item; of several items, their position is the first step. */
  | {readonly kind: 'part'; readonly item: RepeatedItem; readonly copy: number; readonly path: Path};

/** An item of a list of the experiment that is there a varying number of times. */
export interface RepeatedItem {
  /** Of the item, in the experiment as written: `model.layers.1`. */
  readonly path: Path;
  /** The parameter that says how many. */
  readonly countName: string;
  readonly keyPlace: Place;
  /** What stands there instead of the experiment's own item: one item, or a list of some in a row. */
  readonly of: Located | undefined;
}
