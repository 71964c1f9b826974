import type {Static, TObject, TProperties} from '@sinclair/typebox';
import type {Definition} from '../../spec/define.js';
import type {Shape} from '../../support/tensor.js';
import type {ExampleInfo, FittedValues} from '../dataset.js';
import type {DownloadListener} from '../files/download.js';
import type {ArrayFile} from '../storage/array-file.js';
import type {Notices} from '../storage/keep.js';
import type {Placement} from '../storage/placement.js';

/** Where a source may look. */
export interface SourceContext extends Notices {
  /** Folder of the spec file; relative paths start here. */
  readonly baseDir: string;
  /** Is told how downloads go; nobody by default. */
  readonly onDownload?: DownloadListener | undefined;
  /** Columns that say how a table is divided, by name, with the key of the spec that names them: they are no inputs. */
  readonly splitColumns?: ReadonlyMap<string, string> | undefined;
  /** Examples that will be used, evenly spaced over those there are. Sources for which the others are work may leave them out. */
  readonly limit?: {readonly train?: number; readonly test?: number} | undefined;
  /** Decides where decoded examples go; into memory without it. */
  readonly placement?: Placement | undefined;
}

/** What a source holds, before validation examples are taken out and before any transform. */
export interface SourceFacts {
  readonly numTrain: number;
  /** 0 without a test set. */
  readonly numTest: number;
  /** For each training example a number in [0, 1): validation then holds out those below its fraction, whatever the run's seed. */
  readonly splitPoints?: Float64Array | undefined;
  /** How parts are chosen where the spec does not say; at random by default. For examples that follow one another. */
  readonly dividedBy?: 'order' | undefined;
  /** A class number for each training example, for stratified parts. Known without reading all examples only where that is cheap. */
  readonly labels?: Values | undefined;
  /** The text of one of the context's `splitColumns` for each training example; of tables only. */
  column?(name: string): readonly string[];
  /** A text for each training example that tells what it holds, or its name; for parts by hash. Loaded sources have it. */
  keys?(): readonly string[];
  /** Shapes and classes; what is learnt from examples, such as categories, from those trained on only. */
  info(trained: TrainedRows): ExampleInfo;
}

/** The training examples that are trained on, validation examples held out; undefined for all. Asked for only by sources that learn. */
export type TrainedRows = () => Uint32Array | undefined;

/** Numbers as they lie in memory: images stay bytes, 4 times smaller than floats. */
export type Values = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array;

/** Numbers in memory, or in a file. */
export type StoredValues = Values | ArrayFile;

/** Examples in stored order. */
export interface Examples {
  readonly numExamples: number;
  /** By input, [numExamples, ...shape]. */
  readonly inputs: Readonly<Record<string, StoredValues>>;
  /** By target, class numbers or values [numExamples, ...shape]. */
  readonly targets: Readonly<Record<string, Values>>;
  /** What each example's loss is multiplied by, [numExamples]; 1 when left out. */
  readonly weights?: Float32Array | undefined;
}

/** All examples of a source, as numbers. */
export interface EncodedExamples {
  /** With the validation examples. */
  readonly train: Examples;
  readonly test?: Examples | undefined;
  /** What was learnt from the examples trained on. */
  readonly fitted?: FittedValues | undefined;
}

/** A source whose files are read. */
export interface SourceData extends SourceFacts {
  /** @throws ExpError for examples that cannot be encoded */
  encode(trained: TrainedRows): EncodedExamples;
}

/** A data source of the catalogue. */
export interface SourceDefinition<Name extends string = string, Args extends TProperties = TProperties>
  extends Definition<Name, Args> {
  /** What people want to know before they use it: shapes, sizes, origin, licence. */
  readonly facts: Readonly<Record<string, string>>;
  /** A `data:` section that uses it. */
  readonly example: string;
  /** Cheap: headers only where the format has them. @throws ExpError */
  describe(spec: Readonly<Static<TObject<Args>>>, context: SourceContext): Promise<SourceFacts>;
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
