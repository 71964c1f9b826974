import type {Static, TObject, TProperties} from '@sinclair/typebox';
import type {initializers} from '@tensorflow/tfjs-layers';
import type {Initializer} from '@tensorflow/tfjs-layers/dist/initializers.js';
import type {Definition} from '../../spec/define.js';
import type {Rng} from '../../support/random.js';
import type {Shape} from '../../support/tensor.js';
import type {Fans} from './fans.js';

type Arguments<Args extends TProperties> = Readonly<Static<TObject<Args>>>;

/** How a weight starts. Values come from exp's own stream, so they depend on the seed only, not on backend or library. */
export interface InitializerDefinition<Name extends string = string, Args extends TProperties = TProperties>
  extends Definition<Name, Args> {
  /** Fills `values` (row-major, all of `shape`). */
  fill(args: Arguments<Args>, values: Float32Array, shape: Shape, fans: Fans, rng: Rng): void;
  /** The nearest stock initializer, which the saved model names. */
  stock(tfInitializers: typeof initializers, args: Arguments<Args>): Initializer;
}

/** Identity; infers the name and the argument types of a definition. */
export function defineInitializer<const Name extends string, Args extends TProperties>(
  definition: InitializerDefinition<Name, Args>,
): InitializerDefinition<Name, Args> {
  return definition;
}
