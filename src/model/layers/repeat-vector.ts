import {Type} from '@sinclair/typebox';
import {formatShape} from '../../support/tensor.js';
import {defineLayer} from '../layer.js';
import {ShapeProblem} from '../shape-problem.js';

export const repeatVector = defineLayer({
  type: 'repeatVector',
  summary: 'The same vector at every time step of a new sequence.',
  shapes: '[features] → [n, features]',
  example: '{type: repeatVector, n: 5}',
  args: Type.Object({n: Type.Integer({minimum: 1, description: 'Number of time steps, at least 1.'})}),
  outputShape({n}, inputShape) {
    if (inputShape.length !== 1) {
      throw new ShapeProblem(`wants a vector [features]; it gets ${formatShape(inputShape)}`, {
        hint: 'add {type: flatten} before it',
      });
    }
    return [n, inputShape[0]!];
  },
  weights: () => [],
  build: ({n}, {tf, name}) => tf.layers.layers.repeatVector({name, n}),
});
