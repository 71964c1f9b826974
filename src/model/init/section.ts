import {type Static, Type} from '@sinclair/typebox';
import {dataFile} from '../../data/files/locate.js';

/** A pattern of names of layers or weights, which may be blocks' paths. */
export const patternField = (description: string) =>
  Type.String({
    pattern: '^[^\\s]{1,200}$',
    'x-expected': 'a name or a pattern such as conv2d*, without spaces',
    description,
  });

const [file, download] = dataFile('').anyOf;

const from = Type.Union(
  [
    file,
    Type.Object(
      {
        run: Type.String({
          pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$',
          'x-expected': 'the name of an experiment, or the name of a run folder or its beginning',
          description:
            'In the runs folder (--runs-dir): the newest finished run of an experiment of that name, else the run folder of that name, or the only one that begins so.',
        }),
      },
      {additionalProperties: false},
    ),
    download,
  ],
  {
    'x-expected': 'a path, {run}, or {url, sha256}',
    description:
      'Where the weights are: a .safetensors or .npz file, a TensorFlow.js layers-model folder, a run folder or one of its checkpoints, as a path relative to the spec; {run: NAME} for a run in the runs folder; {url, sha256} to download it once into the cache (EXP_CACHE_DIR).',
  },
);

/** `model.init`: weights that the model starts with instead of random ones. */
export const initSection = Type.Object(
  {
    from,
    checkpoint: Type.Optional(
      Type.Union([Type.Literal('best'), Type.Literal('last'), Type.Literal('model')], {
        description:
          'Which weights of a run: the best or the last checkpoint, or the final model. Default: best where there is one, else the final model, else last.',
      }),
    ),
    layout: Type.Union([Type.Literal('keras'), Type.Literal('pytorch')], {
      default: 'keras',
      description:
        'How the file names and orders weights: keras as exp, TensorFlow.js and Keras do (dense/kernel [inputs, outputs]), pytorch as a state_dict does (fc.weight [outputs, inputs]).',
    }),
    include: Type.Optional(
      Type.Array(patternField('Layers or weights of this model.'), {
        minItems: 1,
        description:
          'Only these layers or weights of the model are loaded: patterns such as backbone or */kernel. Default: all.',
      }),
    ),
    exclude: Type.Array(patternField('Layers or weights of this model.'), {
      default: [],
      description:
        'Layers or weights of the model that are not loaded but start as their initializers say: patterns, as in include.',
    }),
    rename: Type.Record(Type.String(), Type.String({maxLength: 200}), {
      default: {},
      description:
        "The file's names to the model's: {their/layer: ours}, also for the first steps of a path; a * on both sides keeps what it stands for. '' removes the steps.",
    }),
    match: Type.Union([Type.Literal('all'), Type.Literal('matching')], {
      default: 'all',
      description:
        'all: it is an error when a weight of the model is not in the file, or of another shape there. matching: such weights start as their initializers say.',
    }),
  },
  {
    additionalProperties: false,
    description:
      'Initial weights from a run or a file, matched by name; what is loaded and what is not is printed and kept in plan.json.',
    'x-hints': {
      path: 'name the file in `from`',
      run: 'write `from: {run: NAME}`',
      freeze: '`freeze` stands beside `init`, in `model`',
      strict: '`match: all` is strict, `match: matching` is not',
    },
  },
);

export type InitSpec = Readonly<Static<typeof initSection>>;
