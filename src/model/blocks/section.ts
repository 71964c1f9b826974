import {type TObject, type TProperties, Type} from '@sinclair/typebox';
import {layers} from '../layers/index.js';
import {layerExtras, modelSection} from '../section.js';

/** Blocks and parameters are named like layers. */
export const blockNamePattern = /^[a-zA-Z][a-zA-Z0-9_-]*$/;

/** Largest number of repetitions, and of layers that blocks may make; deep residual networks have a few thousand layers. */
export const maxRepeat = 1000;
export const maxLayers = 5000;

const useFields = {
  block: Type.String({description: 'Name of a block in `model.blocks`, whose layers stand here.'}),
  repeat: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: maxRepeat,
    description: 'How many times, one behind the other; from 1 to 1000.',
  }),
  name: Type.Optional({
    ...layerExtras.name,
    description:
      "Stands before its layers' names, unique in the model. Default: the block's, numbered from its second use (residual, residual_1).",
  }),
  inputs: Type.Optional({
    ...layerExtras.inputs,
    description:
      'What the block takes as its `input`; a layer, another block, or a list. Default: the entry before it.',
  }),
};

/** Keys of a use that are not parameters, and `type`, which would make it a layer. */
export const reservedNames: ReadonlySet<string> = new Set([...Object.keys(useFields), 'type', 'input']);

/** Words that no block may be called, since automatic names of layers are made of them. */
export const layerTypes: ReadonlySet<string> = new Set(Object.keys(layers));

/** How one use of a block is checked: its own keys and the block's parameters. @param parameters by name, whether one must be given */
export const useSchema = (block: string, parameters: ReadonlyMap<string, boolean>): TObject => {
  const fields = [...parameters].map(([name, isRequired]): [string, TProperties[string]] => {
    const value = Type.Unknown({description: `a parameter of the block \`${block}\` that has no default`});
    return [name, isRequired ? value : Type.Optional(value)];
  });
  return Type.Object({...useFields, ...Object.fromEntries(fields)}, {additionalProperties: false});
};

const blockFields = {
  parameters: Type.Optional(
    Type.Object(
      {},
      {
        additionalProperties: Type.Unknown(),
        description:
          'Names that stand as ${name} in its layers, each with its default; without a value, every use has to give one.',
      },
    ),
  ),
  output: Type.Optional({
    ...layerExtras.name,
    description: 'Name of the layer whose output is the block’s, where that is not the last one.',
  }),
};

/** How the definition of a block is checked; its layers are when it is used. */
export const blockSchema: TObject = Type.Object(
  {...blockFields, layers: Type.Array(Type.Unknown(), {minItems: 1, description: 'The layers it stands for.'})},
  {additionalProperties: false},
);

const {layers: layerList, ...others} = modelSection.properties;

const entryField = {
  anyOf: [
    layerList.items,
    Type.Object(useFields, {
      additionalProperties: Type.Unknown(),
      title: 'block',
      description: 'The layers of a block; keys beside these are its parameters.',
    }),
  ],
};

const listOfEntries = (description: string) => ({type: 'array', minItems: 1, items: entryField, description});

/** The `model` section as it may be written: as checked, with blocks beside layers. Editors read this one. */
export const writtenModelSection: object = {
  ...modelSection,
  properties: {
    blocks: {
      type: 'object',
      description: 'Groups of layers with a name, to be used many times: {block: name}.',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['layers'],
        description: 'A block: layers with parameters.',
        properties: {
          ...blockFields,
          layers: listOfEntries(
            'The layers it stands for; each takes the one before it, the first what the block takes, which `input` names.',
          ),
        },
      },
    },
    layers: listOfEntries(layerList.description ?? ''),
    ...others,
  },
};
