import {Type} from '@sinclair/typebox';
import {formatShape} from '../../support/tensor.js';
import {defineLayer} from '../layer.js';
import {alignedMask, keptMask} from '../masks.js';
import {ShapeProblem} from '../shape-problem.js';
import {maskedScores} from './attention/attend.js';
import {createFunctionLayer} from './function-layer.js';
import {axisOf} from './merge-shapes.js';

const axisField = (what: string) =>
  Type.Integer({default: -1, description: `${what}: 0 is the first, -1 the last; the batch does not count.`});

export const softmax = defineLayer({
  type: 'softmax',
  summary: 'Positive numbers that add up to 1 along an axis; masked time steps get 0 where that is theirs.',
  shapes: '[...] → the same',
  example: '{type: softmax, axis: 0}',
  args: Type.Object({axis: axisField('Axis along which they do')}),
  outputShape({axis}, inputShape) {
    axisOf(axis, inputShape, 'axis');
    return inputShape;
  },
  weights: () => [],
  mask: () => keptMask,
  build({axis}, context) {
    const {core} = context.tf;
    const along = axisOf(axis, context.inputShape, 'axis') + 1;
    const last = context.inputShape.length;
    // Its own reverse: two axes change places.
    const order = Array.from({length: last + 1}, (_, i) => (i === along ? last : i === last ? along : i));
    return createFunctionLayer(context, {
      className: 'Softmax',
      config: {axis: along === last ? -1 : along},
      outputShape: context.inputShape,
      call(x, _weight, {masks}) {
        const mask = along === 1 ? masks?.[0] : undefined;
        const logits = mask ? maskedScores(core, x, alignedMask(core, mask, x.rank)) : x;
        return along === last
          ? core.softmax(logits)
          : core.transpose(core.softmax(core.transpose(logits, order)), order);
      },
    });
  },
});

/** PyTorch's GLU and Keras's function of this name. */
export const glu = defineLayer({
  type: 'glu',
  summary: 'Gated linear unit (Dauphin et al. 2017): the first half of an axis times the sigmoid of the second.',
  shapes: '[..., 2 · features] → [..., features]',
  example: '{type: glu}',
  args: Type.Object({axis: axisField('Axis that is halved')}),
  outputShape({axis}, inputShape) {
    const along = axisOf(axis, inputShape, 'axis');
    const size = inputShape[along]!;
    if (size % 2 === 0) return inputShape.with(along, size / 2);
    throw new ShapeProblem(`halves axis ${along}, which has ${size} values in ${formatShape(inputShape)}`, {
      field: 'axis',
      hint: 'give the layer before it an even number of units or filters',
    });
  },
  weights: () => [],
  mask: ({axis}, inputShape) => (axisOf(axis, inputShape, 'axis') === 0 ? undefined : keptMask),
  build({axis}, context) {
    const {core} = context.tf;
    const along = axisOf(axis, context.inputShape, 'axis');
    return createFunctionLayer(context, {
      className: 'GLU',
      config: {axis: along + 1},
      outputShape: context.inputShape.with(along, context.inputShape[along]! / 2),
      call(x) {
        const [values, gates] = core.split(x, 2, along + 1);
        return core.mul(values!, core.sigmoid(gates!));
      },
    });
  },
});
