import {Type} from '@sinclair/typebox';
import {formatShape, sizeOf} from '../../support/tensor.js';
import {DataSpecError} from '../data-error.js';
import {defineTransform} from './definition.js';

/** Other axes, same values in the same order. */
export const reshape = defineTransform({
  type: 'reshape',
  summary: 'Gives an example another shape with as many values; their order stays.',
  args: Type.Object({
    shape: Type.Array(Type.Integer({minimum: -1}), {
      examples: [[28, 28, 1]],
      description: 'Axis sizes of one example, batch axis left out; one of them may be -1 and is then worked out.',
    }),
  }),
  outputShape({shape: wanted}, shape, path) {
    const size = sizeOf(shape);
    const rest = sizeOf(wanted.filter((axis) => axis !== -1));
    const numOpen = wanted.filter((axis) => axis === -1).length;
    if (numOpen > 1) throw new DataSpecError(`${path}.shape`, `may hold -1 once; got ${formatShape(wanted)}`);
    if (wanted.includes(0)) throw new DataSpecError(`${path}.shape`, `may not hold 0; got ${formatShape(wanted)}`);
    const fits = numOpen === 1 ? size % rest === 0 : size === rest;
    if (!fits) {
      throw new DataSpecError(
        `${path}.shape`,
        `${formatShape(wanted)} does not hold the ${size} values of an example of shape ${formatShape(shape)}`,
      );
    }
    return wanted.map((axis) => (axis === -1 ? size / rest : axis));
  },
  compile: () => undefined,
});
