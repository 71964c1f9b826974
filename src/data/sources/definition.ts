import type {Static, TObject, TProperties} from '@sinclair/typebox';
import type {Definition} from '../../spec/define.js';
import type {Shape} from '../../support/tensor.js';
import type {DatasetInfo, FittedValues} from '../dataset.js';
import type {DownloadListener} from '../files/download.js';

/** Where a source may look. */
export interface SourceContext {
  /** Folder of the spec file; relative paths start here. */
  readonly baseDir: string;
  /** Is told how downloads go; nobody by default. */
  readonly onDownload?: DownloadListener | undefined;
}

/** What a source holds, before validation examples are taken out and before any transform. */
export interface SourceInfo extends Omit<DatasetInfo, 'numValidation'> {
  /** For each training example a number in [0, 1): validation then holds out those below its fraction, whatever the run's seed. */
  readonly splitPoints?: Float64Array;
}

/** Numbers as they lie in memory: images stay bytes, 4 times smaller than floats. */
export type Values = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array;

/** Examples in stored order. */
export interface Examples {
  readonly numExamples: number;
  /** [numExamples, ...inputShape] */
  readonly inputs: Values;
  /** Class numbers [numExamples], or values [numExamples, ...targetShape]. */
  readonly targets: Values;
}

export interface SourceData {
  readonly info: SourceInfo;
  readonly train: Examples;
  readonly test?: Examples;
  readonly fitted?: FittedValues;
}

/** A data source of the catalogue. */
export interface SourceDefinition<Name extends string = string, Args extends TProperties = TProperties>
  extends Definition<Name, Args> {
  /** What people want to know before they use it: shapes, sizes, origin, licence. */
  readonly facts: Readonly<Record<string, string>>;
  /** A `data:` section that uses it. */
  readonly example: string;
  /** Cheap: headers only where the format has them. @throws ExpError */
  describe(spec: Readonly<Static<TObject<Args>>>, context: SourceContext): Promise<SourceInfo>;
  /** Checks every example: labels in range, no NaN, no infinity. @throws ExpError naming the example. */
  load(spec: Readonly<Static<TObject<Args>>>, context: SourceContext): Promise<SourceData>;
}

/** Shape of the stored inputs' example and number of examples in one go. */
export interface ArrayShape {
  readonly numExamples: number;
  readonly shape: Shape;
}

/** Types a definition from its arguments. */
export const defineSource = <const Name extends string, Args extends TProperties>(
  definition: SourceDefinition<Name, Args>,
): SourceDefinition<Name, Args> => definition;
