import {type Static, Type} from '@sinclair/typebox';
import {choiceOf} from '../spec/define.js';
import {type InitSpec, initSection, patternField} from './init/section.js';
import {layerHints} from './layers/hints.js';
import {type LayerSpec, layers} from './layers/index.js';

const namePattern = '^[a-zA-Z][a-zA-Z0-9_-]*(/[a-zA-Z][a-zA-Z0-9_-]*)*$';
const nameExpectation = 'letters, digits, - and _, starting with a letter';

/** The name of a layer, where one is read. */
export const layerNameField = (description: string) =>
  Type.String({pattern: namePattern, 'x-expected': nameExpectation, description});

const source = Type.String({
  pattern: `${namePattern.slice(0, -1)}(\\.[a-zA-Z]+)?$`,
  'x-expected': nameExpectation,
  description:
    'A layer, an input of the data (`input` where it has only one), or the last state of a recurrent layer: `encoder.hidden`, of an lstm also `encoder.cell`.',
});

/** What every layer can be told beside its own arguments. */
export const layerExtras = {
  trainable: Type.Optional(
    Type.Boolean({
      description:
        'false freezes the layer: its weights keep the values they start with, and a batchNormalization uses its moving statistics and leaves them as they are. Dropout and noise stay as they are. Default: true, unless `model.freeze` names the layer.',
    }),
  ),
  name: Type.Optional(
    layerNameField(
      'Name in tables, messages and checkpoints, unique in the model; letters, digits, - and _. Default: the type, numbered from its second use (conv2d, conv2d_1). Layers of a block have its name before them: residual/conv2d.',
    ),
  ),
  inputs: Type.Optional(
    Type.Unsafe<string | readonly string[]>({
      anyOf: [source, Type.Array(source, {minItems: 1})],
      'x-expected': 'the name of a layer, or a list of names',
      description:
        'The layer it takes, or a list of them for layers that merge; earlier or later ones, or inputs of the data (`input` where there is one). A recurrent layer may take first states behind its sequence: [input, encoder.hidden]. Default: the layer before it.',
    }),
  ),
};

const layerField = choiceOf(layers, {title: 'layer', extra: layerExtras, hints: layerHints});

/** What a checked spec's `model` holds; how it may be written, with blocks, is in blocks/section.ts. */
export const modelSection = Type.Object(
  {
    layers: Type.Array(Type.Unsafe<LayerSpec>(layerField), {
      minItems: 1,
      description:
        'The layers; each takes the output of the one before it, the first the examples, unless its `inputs` say otherwise.',
    }),
    init: Type.Optional(Type.Unsafe<InitSpec>(initSection)),
    freeze: Type.Optional(
      Type.Array(patternField('Layers or blocks.'), {
        minItems: 1,
        description:
          'Layers to freeze, as `trainable: false` does: names or patterns, `conv2d*`, also of blocks; a layer with `trainable: true` stays trainable.',
      }),
    ),
    output: Type.Optional(
      layerNameField(
        "Name of the layer whose output is the model's, where that is not the last one. For several outputs see training.outputs.",
      ),
    ),
  },
  {
    additionalProperties: false,
    description: 'The network: layers from the examples to the outputs.',
    'x-hints': {block: 'blocks are defined in `blocks: {name: {layers: […]}}` and used in `layers` as {block: name}'},
  },
);

export type ModelSpec = Static<typeof modelSection>;
