import {type Static, Type} from '@sinclair/typebox';
import {choiceOf} from '../spec/define.js';
import {type AugmentSpec, augmentations} from './augment/index.js';
import {augmentHints, sourceHints, transformHints} from './hints.js';
import {sources} from './sources/index.js';
import {testSplitSection, validationSection} from './split/section.js';
import {type TransformSpec, transforms} from './transforms/index.js';

/** Which input of several a transform or an augmentation works on. */
const inputName = {
  input: Type.Optional(
    Type.String({minLength: 1, description: 'Name of the input it changes, where the data have several.'}),
  ),
};

/** @see inputName */
export interface OnInput {
  readonly input?: string;
}

const limit = Type.Object(
  {
    train: Type.Optional(
      Type.Integer({minimum: 1, description: 'Training examples at most, before validation examples are held out.'}),
    ),
    test: Type.Optional(Type.Integer({minimum: 1, description: 'Test examples at most.'})),
  },
  {
    additionalProperties: false,
    description: 'Uses fewer examples, evenly spaced over the stored order: for quick tries.',
    'x-main': 'train',
  },
);

/** The `data:` section of an experiment. */
export const dataSection = Type.Object(
  {
    source: choiceOf(sources, {
      title: 'source',
      description: 'Where the examples come from; exp datasets lists them.',
      hints: sourceHints,
    }),
    transforms: Type.Array(
      Type.Unsafe<TransformSpec & OnInput>(
        choiceOf(transforms, {title: 'transform', extra: inputName, hints: transformHints}),
      ),
      {
        default: [],
        description: 'Applied to the inputs of every part in this order.',
      },
    ),
    augment: Type.Array(
      Type.Unsafe<AugmentSpec & OnInput>(
        choiceOf(augmentations, {title: 'augmentation', extra: inputName, hints: augmentHints}),
      ),
      {
        default: [],
        description:
          'Random changes of training examples, in this order, before the transforms; drawn anew in every epoch. exp show-data shows them.',
      },
    ),
    validation: Type.Optional(validationSection),
    testSplit: Type.Optional(testSplitSection),
    test: Type.Union([Type.Literal('atEnd'), Type.Literal('everyEpoch')], {
      default: 'atEnd',
      description:
        'When the test set is evaluated: once after training (test_* in the summary), or after every epoch as well. Nothing can be selected on it.',
    }),
    limit: Type.Optional(limit),
    storage: Type.Union([Type.Literal('auto'), Type.Literal('memory'), Type.Literal('disk')], {
      default: 'auto',
      description:
        'Where decoded examples are kept. disk: in files of the cache (EXP_CACHE_DIR), decoded once, from which batches are read; for data larger than memory. auto: in memory up to a quarter of it. The batches are the same.',
    }),
    workers: Type.Union([Type.Literal('auto'), Type.Integer({minimum: 0, maximum: 64})], {
      default: 'auto',
      'x-expected': 'auto, or a number of threads from 0 to 64',
      description:
        'Threads that prepare batches while the step before is computed; 0: the training thread makes them itself. auto: some where examples are augmented, come from disk or are large, else none. The batches are the same.',
    }),
  },
  {additionalProperties: false, description: 'The examples: source, parts, transforms.'},
);

/** The data section with defaults filled. */
export type DataSpec = Static<typeof dataSection>;
