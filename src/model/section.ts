import {type Static, Type} from '@sinclair/typebox';
import {choiceOf} from '../spec/define.js';
import {type LayerSpec, layers} from './layers/index.js';

const layerField = choiceOf(layers, {
  title: 'layer',
  extra: {
    name: Type.Optional(
      Type.String({
        pattern: '^[a-zA-Z][a-zA-Z0-9_-]*$',
        'x-expected': 'letters, digits, - and _, starting with a letter',
        description:
          'Name in tables, messages and checkpoints, unique in the model; letters, digits, - and _. Default: the type, numbered from its second use (conv2d, conv2d_1).',
      }),
    ),
  },
});

/** The `model` section of an experiment. */
export const modelSection = Type.Object(
  {
    layers: Type.Array(Type.Unsafe<LayerSpec>(layerField), {
      minItems: 1,
      description: 'The layers in order; each takes the output of the one before it, the first the examples.',
    }),
  },
  {additionalProperties: false, description: 'The network: layers from the examples to the outputs.'},
);

export type ModelSpec = Static<typeof modelSection>;
