import type {Static, TObject, TProperties} from '@sinclair/typebox';
import type {Shape} from '../../support/tensor.js';
import {defaultNames, type ExampleInfo, type TargetInfo} from '../dataset.js';
import {contentKeys} from '../split/content-keys.js';
import {
  defineSource,
  type Examples,
  type SourceContext,
  type SourceDefinition,
  type SourceFacts,
  type StoredValues,
  type Values,
} from './definition.js';

/** What a source of one input and one target holds. */
export interface PlainInfo {
  /** Of one example, batch axis left out. */
  readonly inputShape: Shape;
  readonly task: TargetInfo['task'];
  /** Present for classification. */
  readonly numClasses?: number;
  readonly classNames?: readonly string[];
  /** [] for a class number, [n] for n regression targets. */
  readonly targetShape: Shape;
  readonly numTrain: number;
  readonly numTest: number;
  /** What tells the training examples apart, such as names of files; by default what they hold. */
  readonly keys?: readonly string[];
}

/** Examples of one input and one target. */
export interface PlainExamples {
  readonly numExamples: number;
  /** [numExamples, ...inputShape] */
  readonly inputs: StoredValues;
  /** Class numbers [numExamples], or values [numExamples, ...targetShape]. */
  readonly targets: Values;
}

/** Everything of such a source. */
export interface PlainData {
  readonly info: PlainInfo;
  readonly train: PlainExamples;
  readonly test?: PlainExamples | undefined;
}

type PlainDefinition<Name extends string, Args extends TProperties> = Omit<
  SourceDefinition<Name, Args>,
  'describe' | 'load'
> & {
  /** Cheap: headers only where the format has them. @throws ExpError */
  describe(spec: Readonly<Static<TObject<Args>>>, context: SourceContext): Promise<PlainInfo>;
  /** Checks every example. @throws ExpError naming the example */
  load(spec: Readonly<Static<TObject<Args>>>, context: SourceContext): Promise<PlainData>;
};

/** A source of one input and one target that learns nothing from its examples. */
export const definePlainSource = <const Name extends string, Args extends TProperties>(
  definition: PlainDefinition<Name, Args>,
): SourceDefinition<Name, Args> =>
  defineSource<Name, Args>({
    ...definition,
    describe: async (spec, context) => factsOf(await definition.describe(spec, context)),
    async load(spec, context) {
      const {info, train, test} = await definition.load(spec, context);
      const encoded = {train: named(train), ...(test ? {test: named(test)} : {})};
      const labels = info.task === 'classification' && info.targetShape.length === 0 ? train.targets : undefined;
      const keys = (): readonly string[] => contentKeys(train.inputs, train.numExamples);
      return {keys, ...factsOf(info), labels, encode: () => encoded};
    },
  });

function factsOf({inputShape, numTrain, numTest, targetShape, keys, ...target}: PlainInfo): SourceFacts {
  const info: ExampleInfo = {
    inputs: {[defaultNames.input]: {shape: inputShape}},
    targets: {[defaultNames.target]: {...target, shape: targetShape}},
  };
  return {numTrain, numTest, info: () => info, ...(keys ? {keys: () => keys} : {})};
}

const named = ({numExamples, inputs, targets}: PlainExamples): Examples => ({
  numExamples,
  inputs: {[defaultNames.input]: inputs},
  targets: {[defaultNames.target]: targets},
});
