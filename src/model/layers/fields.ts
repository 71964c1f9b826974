import {Type} from '@sinclair/typebox';
import {initializerField} from '../initializers/index.js';
import {regularizerField} from '../regularizers/index.js';

/** One whole number for both axes of an image, or one each: [height, width]. */
export type Pair = number | readonly [number, number];

/** [height, width] of a Pair. */
export const pairOf = (value: Pair): [number, number] => (typeof value === 'number' ? [value, value] : [...value]);

const size = Type.Integer({minimum: 1});
const pair = {
  anyOf: [size, Type.Tuple([size, size])],
  'x-expected': 'a whole number of at least 1, or two of them: [height, width]',
};

/** A required whole number or [height, width]. */
export const pairField = (description: string) => Type.Unsafe<Pair>({...pair, description});

/** The same, with a default. */
export const pairFieldWithDefault = (description: string, value: number) =>
  Type.Unsafe<Pair>({...pair, default: value, description});

/** The same, which may be left out. */
export const optionalPairField = (description: string) => Type.Optional(Type.Unsafe<Pair>({...pair, description}));

export type Padding = 'valid' | 'same';

/** What to say of PyTorch's numbers of pixels. */
export const paddingHint =
  'same keeps the size, as half a window does; for any other number put a zeroPadding layer before it';

/** How the border of a sequence, image or volume is treated by a sliding window. */
export const paddingField = () =>
  Type.Unsafe<Padding>({
    type: 'string',
    enum: ['valid', 'same'],
    default: 'valid',
    'x-hints': {number: paddingHint},
    description:
      'valid: windows stay inside the input, which shrinks. same: zeros around it, so that stride 1 keeps the size (the odd one goes to the end of each axis).',
  });

/** The arguments that every layer with a kernel and a bias shares. */
export const kernelFields = {
  useBias: Type.Boolean({default: true, description: 'Whether a learned offset is added to every unit.'}),
  kernelInitializer: initializerField('How the kernel starts.', 'glorotUniform'),
  biasInitializer: initializerField('How the bias starts.', 'zeros'),
  kernelRegularizer: regularizerField('Penalty on the kernel, added to the loss.'),
  biasRegularizer: regularizerField('Penalty on the bias, added to the loss.'),
};
