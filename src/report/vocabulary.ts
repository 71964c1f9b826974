import type {TProperties, TSchema} from '@sinclair/typebox';
import {augmentations} from '../data/augment/index.js';
import type {ColumnDefinition} from '../data/columns/definition.js';
import {columnKinds} from '../data/columns/index.js';
import type {SourceDefinition} from '../data/sources/definition.js';
import {sources} from '../data/sources/index.js';
import {transforms} from '../data/transforms/index.js';
import {activationWords} from '../model/activation-words.js';
import {initializers} from '../model/initializers/index.js';
import type {LayerDefinition} from '../model/layer.js';
import {layerHints} from '../model/layers/hints.js';
import {layers} from '../model/layers/index.js';
import {regularizers} from '../model/regularizers/index.js';
import {layerExtras} from '../model/section.js';
import type {Definition} from '../spec/define.js';
import type {LossDefinition} from '../training/losses/definition.js';
import {type LossSpec, losses} from '../training/losses/registry.js';
import type {MetricDefinition} from '../training/metrics/metric.js';
import {columnsOf, type MetricSpec, metrics} from '../training/metrics/registry.js';
import {optimizerHints} from '../training/optimizers/hints.js';
import {optimizers} from '../training/optimizers/registry.js';
import {scheduleHints} from '../training/schedules/hints.js';
import {schedules} from '../training/schedules/registry.js';
import type {Catalogue} from './catalogue.js';
import {argumentsOf} from './definitions.js';

/** One kind of words that a spec is made of: layers, losses, data sources. */
export interface WordKind<Member extends Definition = Definition> extends Catalogue<Member> {
  /** Where a spec uses them: `training.loss`. */
  readonly place: string;
  /** What they do, in a sentence. */
  readonly summary: string;
  /** Headings for the reference, each by the word it stands before. */
  readonly groups?: Readonly<Record<string, string>>;
  /** Arguments of every word beside its own. */
  readonly common?: TProperties;
}

const kindOf = <Member extends Definition>(kind: WordKind<Member>): WordKind<Member> => kind;

type AnyLoss = LossDefinition<string, TProperties, LossSpec>;
type AnyMetric = MetricDefinition<string, TProperties, MetricSpec>;

const targetWords = {classIndex: 'classes, as numbers', oneHot: 'classes, as one-hot rows', values: 'values'} as const;

/** The registry holds layers kind by kind; each kind by its first one. */
const layerGroups: Partial<Record<keyof typeof layers, string>> = {
  dense: 'Basic',
  conv1d: 'Convolution',
  maxPooling1d: 'Pooling',
  upSampling1d: 'Resizing, padding, cropping',
  flatten: 'Shape',
  activation: 'Activation',
  batchNormalization: 'Normalization',
  dropout: 'Dropout and noise',
  simpleRnn: 'Recurrence and wrappers',
  positionalEmbedding: 'Attention',
  add: 'Merging',
};

/** Every word of a spec that names something with arguments, by kind, in the order of a spec. */
export const vocabulary = {
  sources: kindOf<SourceDefinition>({
    noun: 'data source',
    place: 'data.source',
    summary: 'Where examples come from.',
    members: sources,
    describe: ({facts, example}) => ({facts, example}),
  }),
  columns: kindOf<ColumnDefinition>({
    noun: 'column',
    place: 'data.source.columns of csv, jsonl and parquet',
    summary: 'How the cells of a column become numbers. What is learnt is learnt from the rows trained on.',
    members: columnKinds,
    describe: ({gives, example}) => ({facts: {gives}, example}),
  }),
  transforms: kindOf({
    noun: 'transform',
    place: 'data.transforms',
    summary: 'Change the inputs of all parts before the model sees them.',
    members: transforms,
    describe: (definition) => ({example: `transforms: [${inYaml(definition)}]`}),
  }),
  augmentations: kindOf({
    noun: 'augmentation',
    place: 'data.augment',
    summary: 'Random changes of training examples, drawn anew in every epoch.',
    members: augmentations,
    describe: (definition) => ({example: `augment: [${inYaml(definition)}]`}),
  }),
  layers: kindOf<LayerDefinition>({
    noun: 'layer',
    place: 'model.layers',
    summary: 'What a model is made of. Shapes leave the batch axis out.',
    members: layers,
    hints: layerHints,
    groups: layerGroups,
    common: layerExtras,
    describe: ({shapes, arity, example}) => ({
      facts: {
        shapes,
        ...(arity
          ? {
              inputs:
                arity.min === arity.max
                  ? `${arity.min}`
                  : Number.isFinite(arity.max)
                    ? `${arity.min} to ${arity.max}`
                    : `${arity.min} or more`,
            }
          : {}),
      },
      example: `- ${example}`,
    }),
  }),
  activations: kindOf({
    noun: 'activation',
    place: 'activation: and the like',
    summary: "Functions of a layer's outputs, one by one but for those that say otherwise.",
    members: activationWords,
    describe: ({type}) => ({example: `activation: ${type}`}),
  }),
  initializers: kindOf({
    noun: 'initializer',
    place: 'kernelInitializer: and the like',
    summary: 'How weights start. The values follow from the seed and the name of the weight.',
    members: initializers,
    describe: (definition) => ({example: `kernelInitializer: ${inYaml(definition, true)}`}),
  }),
  regularizers: kindOf({
    noun: 'regularizer',
    place: 'kernelRegularizer: and the like',
    summary: 'Penalties on weights that are added to the loss.',
    members: regularizers,
    describe: (definition) => ({example: `kernelRegularizer: ${inYaml(definition, true)}`}),
  }),
  losses: kindOf<AnyLoss>({
    noun: 'loss',
    place: 'training.loss',
    summary: 'What training minimises.',
    members: losses,
    describe: (definition) => ({
      facts: {
        targets: targetWords[definition.targets],
        'takes outputs for': definition.outputs(withDefaults<LossSpec>(definition)),
        ...(definition.includes ? {includes: definition.includes} : {}),
      },
      example: `loss: ${inYaml(definition, true)}`,
    }),
  }),
  optimizers: kindOf({
    noun: 'optimizer',
    place: 'training.optimizer',
    summary: 'How weights follow from gradients.',
    members: optimizers,
    hints: optimizerHints,
    describe: (definition) => ({example: `optimizer: ${inYaml(definition, true)}`}),
  }),
  schedules: kindOf({
    noun: 'schedule',
    place: 'training.schedule',
    summary: 'How the learning rate changes from update to update.',
    members: schedules,
    hints: scheduleHints,
    describe: (definition) => ({example: `schedule: ${inYaml(definition, true)}`}),
  }),
  metrics: kindOf<AnyMetric>({
    noun: 'metric',
    place: 'training.metrics',
    summary: 'What is reported, exact over the whole set.',
    members: metrics,
    describe: (definition) => ({
      facts: {
        judges: definition.judges,
        better: definition.goal === 'maximize' ? 'larger' : 'smaller',
        column: columnsOf(withDefaults<MetricSpec>(definition), []).join(', ') || 'none: a table in the run folder',
      },
      example: `metrics: [${inYaml(definition, true)}]`,
    }),
  }),
} as const satisfies Readonly<Record<string, WordKind>>;

export type KindName = keyof typeof vocabulary;

/** All kinds with the types of their members forgotten. */
export const wordKinds: Readonly<Record<KindName, WordKind>> = vocabulary;

/** The word with nothing said beside it, as the loader fills it. Such arguments suit the definitions that have defaults for all. */
const withDefaults = <Spec>(definition: Definition): Spec =>
  ({
    type: definition.type,
    ...Object.fromEntries(argumentsOf(definition.args).map((argument) => [argument.name, argument.default])),
  }) as Spec;

/** A use of a word in YAML: with the arguments that it must be given, and those whose schema has an example. */
export function inYaml(definition: Definition, hasShorthand = false): string {
  const given = Object.entries<TSchema>(definition.args.properties).flatMap(([name, schema]) => {
    const [example] = (schema.examples ?? []) as readonly unknown[];
    return example === undefined ? [] : [`${name}: ${flow(example)}`];
  });
  if (hasShorthand && given.length === 0) return definition.type;
  return `{${[`type: ${definition.type}`, ...given].join(', ')}}`;
}

const flow = (value: unknown): string => (Array.isArray(value) ? `[${value.map(flow).join(', ')}]` : String(value));
