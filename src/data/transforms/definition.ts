import type {Static, TObject, TProperties} from '@sinclair/typebox';
import type {Definition} from '../../spec/define.js';
import type {Shape} from '../../support/tensor.js';
import type {FittedValues} from '../dataset.js';

/** Changes whole examples in place. @param values [n, ...shape] for any n. */
export type TransformFunction = (values: Float32Array) => void;

/** The training examples as the transforms before this one leave them, in pieces of whole examples; each piece is overwritten by the next. */
export type ExamplePass = () => Iterable<Float32Array>;

/** A transform of the catalogue: compiled once, then run on every batch. */
export interface TransformDefinition<Name extends string = string, Args extends TProperties = TProperties>
  extends Definition<Name, Args> {
  /** Shape of an example afterwards. @param path the transform's place in the spec, for errors. @throws DataSpecError when the arguments do not fit `shape`. */
  outputShape(spec: Readonly<Static<TObject<Args>>>, shape: Shape, path: string): Shape;
  /** Learns from the training examples where the arguments ask for it. */
  fit?(spec: Readonly<Static<TObject<Args>>>, shape: Shape, pass: ExamplePass): FittedValues | undefined;
  /** @param shape before the transform. @param fitted what `fit` returned. Undefined when no value changes. */
  compile(
    spec: Readonly<Static<TObject<Args>>>,
    shape: Shape,
    fitted: FittedValues | undefined,
  ): TransformFunction | undefined;
}

/** Types a definition from its arguments. */
export const defineTransform = <const Name extends string, Args extends TProperties>(
  definition: TransformDefinition<Name, Args>,
): TransformDefinition<Name, Args> => definition;
