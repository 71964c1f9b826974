import {type Static, Type} from '@sinclair/typebox';
import type {ClassWeights} from '../data/class-weights.js';
import {choiceOf} from '../spec/define.js';
import {lossHints} from './losses/hints.js';
import {losses} from './losses/registry.js';
import {metrics} from './metrics/registry.js';
import {weightAverage} from './optimizers/average.js';
import {gradientClipping} from './optimizers/clipping.js';
import {optimizerHints} from './optimizers/hints.js';
import {optimizers} from './optimizers/registry.js';
import {scheduleHints} from './schedules/hints.js';
import {schedules} from './schedules/registry.js';

const mode = Type.Optional(
  Type.Union([Type.Literal('min'), Type.Literal('max')], {
    description: 'Whether smaller or larger values are better; follows from the metric when left out.',
  }),
);

const earlyStopping = Type.Object(
  {
    monitor: Type.String({
      default: 'val_loss',
      minLength: 1,
      description: 'The column watched, `val_loss` or `val_` and a metric; needs data.validation.',
    }),
    mode,
    patience: Type.Integer({
      default: 3,
      minimum: 1,
      description: 'Epochs without an improvement after which training stops; at least 1.',
    }),
    minDelta: Type.Number({
      default: 0,
      minimum: 0,
      description: 'A change must be larger than this to count as an improvement; at least 0.',
    }),
    restoreBest: Type.Boolean({
      default: true,
      description: 'End with the weights of the best epoch instead of those of the last one.',
    }),
  },
  {
    additionalProperties: false,
    title: 'earlyStopping',
    description: 'Stops when the monitored metric no longer improves.',
  },
);

const loss = choiceOf(losses, {
  title: 'loss',
  description:
    'What training minimises: the mean over the batch, plus the regularization penalties of the layers. Models of several outputs have one each in `outputs`.',
  shorthand: true,
  hints: lossHints,
});

const metricList = Type.Array(choiceOf(metrics, {title: 'metric', shorthand: true}), {
  default: [],
  description: 'Reported for the training set while it trains, and for the validation and test sets.',
});

const classWeight = Type.Number({minimum: 0, description: 'At least 0.'});

const classWeights = Type.Optional(
  Type.Unsafe<ClassWeights>({
    anyOf: [
      {type: 'string', enum: ['auto']},
      Type.Array(classWeight, {minItems: 2}),
      Type.Record(Type.String(), classWeight),
    ],
    'x-expected': 'auto, a number per class, or numbers by class name',
    description:
      'What the loss of a training example is multiplied by, by its class. auto: examples / (classes · examples of the class), so that rare classes count as much as frequent ones. Otherwise a number per class, or numbers by class name (1 for the others). Training set only.',
  }),
);

const output = Type.Object(
  {
    loss,
    weight: Type.Number({
      default: 1,
      minimum: 0,
      description: "What this output's loss is multiplied by in the sum that is minimised; at least 0.",
    }),
    target: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          "Target of the data that it learns, or an input of the data to give back; by default the target of the layer's name.",
      }),
    ),
    metrics: metricList,
    classWeights,
  },
  {additionalProperties: false, title: 'output', description: 'What one output of the model is trained for.'},
);

/** `training:` of an experiment: what is minimised, how, for how long, and what is reported. */
export const trainingSection = Type.Object(
  {
    epochs: Type.Integer({minimum: 1, description: 'Passes over the training set; at least 1.'}),
    maxSteps: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Training ends after so many updates, also in the middle of an epoch; at least 1.',
      }),
    ),
    maxMinutes: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description:
          'Training ends with the update during which so many minutes are over, evaluations included; the runs of two machines then differ. Above 0.',
      }),
    ),
    batchSize: Type.Integer({
      default: 32,
      minimum: 1,
      description:
        'Examples per batch, and per update unless accumulateSteps is above 1; the last batch of an epoch may be smaller. At least 1.',
    }),
    accumulateSteps: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Batches whose gradients make one update together: the effect of a batchSize so many times as large in the memory of one. 1 when left out.',
      }),
    ),
    shuffle: Type.Boolean({
      default: true,
      description: 'Draw a new order of the training set each epoch, from the seed.',
    }),
    loss: Type.Optional(loss),
    target: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'What the model learns, where that is not the only target of the data: a target, or an input, which an autoencoder gives back as its layers get it (`input`, where there is one).',
      }),
    ),
    classWeights,
    outputs: Type.Optional(
      Type.Record(Type.String(), output, {
        description:
          'For a model of several outputs, instead of `loss`, `metrics` and `classWeights`: by the name of the layer that makes an output, what it is trained for. Columns are named LAYER_loss and LAYER_METRIC; the loss is the weighted sum.',
      }),
    ),
    optimizer: choiceOf(optimizers, {
      title: 'optimizer',
      description: 'How weights follow from gradients.',
      shorthand: true,
      hints: optimizerHints,
    }),
    schedule: Type.Optional(
      choiceOf(schedules, {
        title: 'schedule',
        description:
          'How the learning rate changes from update to update, as a factor of optimizer.learningRate; constant when left out.',
        shorthand: true,
        hints: scheduleHints,
      }),
    ),
    gradientClipping: Type.Optional(gradientClipping),
    weightAverage: Type.Optional(weightAverage),
    metrics: metricList,
    earlyStopping: Type.Optional(earlyStopping),
    logEverySteps: Type.Integer({
      default: 50,
      minimum: 1,
      description: 'Steps between two rows of steps.csv; at least 1.',
    }),
    validateEverySteps: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Updates after which the validation set is evaluated within an epoch as well, for epochs that take long: a row of validation.csv, and the best checkpoint may be taken there. Needs data.validation. At least 1.',
      }),
    ),
    evaluationBatchSize: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Examples per batch where nothing is trained; changes memory and speed only. batchSize when left out.',
      }),
    ),
  },
  {additionalProperties: false, title: 'training', description: 'What is minimised, how, and for how long.'},
);

/** `checkpoint:` of an experiment: which states are kept. */
export const checkpointSection = Type.Object(
  {
    monitor: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The column that decides which epochs are best, `val_accuracy`; needs data.validation. Nothing but the last epoch is kept when left out.',
      }),
    ),
    mode,
    keep: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1000,
        description:
          'How many of the best states are kept: checkpoints/best, and the others as checkpoints/best-STEP. 1 when left out; needs `monitor`.',
      }),
    ),
    last: Type.Boolean({
      default: true,
      description:
        'Keep the state that training can be resumed from, and the one before it. Without everyEpochs, everySteps and everyMinutes it is saved after each epoch (epochs of less than two seconds share one) and every ten minutes within an epoch.',
    }),
    everyEpochs: Type.Optional(
      Type.Integer({minimum: 1, description: 'Save the last state after every so many epochs; at least 1.'}),
    ),
    everySteps: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'Save the last state after every so many updates, within epochs too; at least 1.',
      }),
    ),
    everyMinutes: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'Save the last state as soon as so many minutes have passed since it was saved; above 0.',
      }),
    ),
  },
  {additionalProperties: false, title: 'checkpoint', description: 'Which training states are kept in the run folder.'},
);

export type TrainingSpec = Static<typeof trainingSection>;
export type EarlyStoppingSpec = Static<typeof earlyStopping>;
export type CheckpointSpec = Static<typeof checkpointSection>;
