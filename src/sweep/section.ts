import {type Static, Type} from '@sinclair/typebox';
import {choiceOf} from '../spec/define.js';
import {checkedSchema} from '../spec/schema.js';
import {prunerHints} from './pruners/hints.js';
import {type PrunerSpec, pruners} from './pruners/index.js';
import {samplerHints} from './samplers/hints.js';
import {type SamplerSpec, samplers} from './samplers/index.js';
import {slurmSection} from './slurm-section.js';
import type {Json} from './space/distribution.js';
import {type ParameterSpec, parameterField} from './space/parameter-field.js';

const oneOf = <const Words extends readonly string[]>(
  words: Words,
  options: {default: Words[number]; description: string},
) => Type.Unsafe<Words[number]>({type: 'string', enum: [...words], ...options});

const metric = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      description: 'A column of metrics.csv of the validation set: val_loss, val_accuracy.',
    }),
    goal: Type.Optional(
      Type.Unsafe<'maximize' | 'minimize'>({
        type: 'string',
        enum: ['maximize', 'minimize'],
        description: 'Which values are better; follows from the metric when left out.',
      }),
    ),
  },
  {additionalProperties: false, description: 'What trials are ranked by.'},
);

/** The whole of a sweep's YAML. */
export const sweepSection = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
      'x-expected': 'made of letters, digits, ".", "_" and "-", at most 64, starting with a letter or a digit',
      description: 'Names the folder: runs/<name>-<date>-<time>-<4 letters>.',
    }),
    description: Type.Optional(
      Type.String({
        maxLength: 2000,
        'x-expected': 'text of at most 2000 characters',
        description: 'What it is about, for people.',
      }),
    ),
    experiment: Type.Unsafe<string | {readonly [key: string]: Json}>({
      anyOf: [
        {type: 'string', minLength: 1, 'x-path': true},
        {type: 'object', additionalProperties: {}},
      ],
      'x-expected': 'the path of an experiment, or an experiment',
      description: 'What is varied: the path of an experiment, relative to this file, or an experiment written here.',
    }),
    overrides: Type.Unsafe<Readonly<Record<string, Json>>>({
      type: 'object',
      additionalProperties: {},
      default: {},
      description:
        'Values laid over the experiment for all trials, by dotted path: {training.epochs: 3}; null removes a key.',
    }),
    parameters: Type.Unsafe<Readonly<Record<string, ParameterSpec>>>({
      type: 'object',
      additionalProperties: parameterField,
      description: 'What varies, by dotted path into the experiment: training.optimizer.learningRate.',
    }),
    constraints: Type.Array(
      Type.String({minLength: 1, description: 'A condition: training.batchSize * model.layers.0.units <= 4096.'}),
      {
        default: [],
        description:
          'Conditions that points must fulfil; one that names a parameter that is not active does not count.',
      },
    ),
    sampler: Type.Unsafe<SamplerSpec>(
      choiceOf(samplers, {
        title: 'sampler',
        description: 'How points are chosen.',
        shorthand: true,
        default: 'grid',
        hints: samplerHints,
      }),
    ),
    pruner: Type.Optional(
      Type.Unsafe<PrunerSpec>(
        choiceOf(pruners, {
          title: 'pruner',
          description: 'When a trial is given up; never when left out.',
          shorthand: true,
          hints: prunerHints,
        }),
      ),
    ),
    metric: Type.Unsafe<string | Static<typeof metric>>({
      anyOf: [{type: 'string', minLength: 1}, metric],
      'x-expected': 'the name of a column such as val_loss, or {name, goal}',
      description:
        'What trials are ranked by: a column of the validation set, val_loss or val_ and a metric; {name, goal} where which values are better does not follow from the name.',
    }),
    seeds: Type.Optional(
      Type.Unsafe<number | readonly number[]>({
        anyOf: [
          {type: 'integer', minimum: 1, maximum: 1000},
          {type: 'array', items: {type: 'integer', minimum: 0}, minItems: 1, maxItems: 1000, uniqueItems: true},
        ],
        'x-expected': 'how many seeds, from 1 to 1000, or a list of them',
        description:
          "Each point is trained with each of these seeds and ranked by the mean. A number n: the experiment's seed and the n - 1 after it. When left out, the experiment's own.",
      }),
    ),
    maxTrials: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'Trials at most, seeds counted; from 1 to 1,000,000.',
      }),
    ),
    maxMinutes: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'No trial is begun later than this after the sweep was begun or taken up; above 0.',
      }),
    ),
    target: Type.Optional(Type.Number({description: 'The sweep ends when the metric of a trial is this good.'})),
    parallel: Type.Unsafe<number | 'auto'>({
      anyOf: [
        {type: 'integer', minimum: 1, maximum: 1024},
        {type: 'string', enum: ['auto']},
      ],
      'x-expected': 'an integer in [1, 1024], or auto',
      default: 1,
      description: 'Trials at the same time. auto: as many as there are cores, divided by `threads`.',
    }),
    threads: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1024,
        description: 'Cores of each trial, at least 1; all divided by `parallel` when left out.',
      }),
    ),
    seed: Type.Integer({
      default: 0,
      minimum: 0,
      description:
        'What the sampler draws follows from it; at least 0. The seeds of the trials are `seeds`, or those of the experiment.',
    }),
    retries: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 100,
      description:
        'How often a trial that failed or crashed is tried again; from 0 to 100. One that diverged would do so again.',
    }),
    maxConsecutiveFailures: Type.Integer({
      default: 5,
      minimum: 1,
      description: 'The sweep stops after so many trials in a row that failed; at least 1.',
    }),
    failFast: Type.Boolean({default: false, description: 'Stop at the first trial that fails.'}),
    allowFailures: Type.Integer({
      default: 0,
      minimum: 0,
      description: 'So many failed trials are no failure of the sweep, which else exits with 5; at least 0.',
    }),
    memoryLimit: Type.Optional(
      Type.String({
        pattern: '^\\d+(\\.\\d+)?(MB|GB|MiB|GiB)$',
        'x-expected': 'a number with a unit: 500MB, 2GB, 1.5GiB',
        description: 'A worker that takes more memory is stopped, and its trial recorded as crashed: 500MB, 2GB.',
      }),
    ),
    executor: oneOf(['local', 'slurm'], {
      default: 'local',
      description: 'Where trials are trained: local is this machine, slurm a cluster.',
    }),
    slurm: Type.Optional(slurmSection),
  },
  {additionalProperties: false, title: 'sweep', description: 'A sweep of exp: an experiment and what varies in it.'},
);

/** As the loader checks it. */
export const sweepSchema = checkedSchema(sweepSection);

/** A sweep's file, defaults filled; `experiment`, `overrides` and `parameters` as written. */
export type SweepSpec = Readonly<Static<typeof sweepSection>>;

export type SlurmSpec = Readonly<Static<typeof slurmSection>>;
