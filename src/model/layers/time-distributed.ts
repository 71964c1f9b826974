import {type Static, type TProperties, Type} from '@sinclair/typebox';
import {choiceOf, type Definition, type SpecUnion} from '../../spec/define.js';
import {formatShape, type Shape} from '../../support/tensor.js';
import {defineLayer, type LayerDefinition} from '../layer.js';
import {keptMask, type MaskRule} from '../masks.js';
import {ShapeProblem} from '../shape-problem.js';
import {createTimeDistributed} from './time-distributed-layer.js';

type Registry = Readonly<Record<string, Definition<string, TProperties>>>;

/** Time steps and the shape of one of them. @throws ShapeProblem */
function stepsOf(inputShape: Shape): readonly [time: number, step: Shape] {
  const [time, ...step] = inputShape;
  if (time === undefined || step.length === 0) {
    throw new ShapeProblem(`wants a sequence [time, ...]; it gets ${formatShape(inputShape)}`, {
      hint: 'add a reshape layer with targetShape: [time, …] before it',
    });
  }
  return [time, step];
}

/** Of a mask inside each step ([batch, time, inner time]) is left whether anything in the step counts. */
const stepsMask: MaskRule = {
  has: keptMask.has,
  of: (tf, _inputs, [mask]) => (mask && mask.rank > 2 ? tf.max(mask, -1) : mask),
};

/** Defines timeDistributed over the layers it may wrap, which are given since a file that all layers are known in cannot be read here. */
export function timeDistributedOver<Layers extends Registry>(registry: Layers) {
  const args = Type.Object({
    layer: choiceOf(registry, {
      title: 'stepLayer',
      description: 'The layer that every time step goes through, with the same weights: {type: flatten}.',
    }),
  });
  type Arguments = Readonly<Static<typeof args>>;
  const inner = (given: Arguments) => {
    const spec: SpecUnion<Layers> = given.layer;
    return {spec, definition: registry[spec.type] as unknown as LayerDefinition};
  };

  return defineLayer({
    type: 'timeDistributed',
    summary: 'One layer applied to every time step on its own, with the same weights.',
    shapes: '[time, ...] → [time, ...output of the layer]',
    example: '{type: timeDistributed, layer: {type: flatten}}',
    args,
    outputShape(given, inputShape) {
      const {spec, definition} = inner(given);
      const [time, step] = stepsOf(inputShape);
      return [time, ...definition.outputShape(spec, step)];
    },
    weights(given, inputShape) {
      const {spec, definition} = inner(given);
      return definition.weights(spec, stepsOf(inputShape)[1]);
    },
    mask: () => stepsMask,
    build(given, context) {
      const {spec, definition} = inner(given);
      const [, step] = stepsOf(context.inputShape);
      const layer = definition.build(spec, {...context, inputShape: step, inputShapes: [step], givesStates: false});
      return createTimeDistributed(context, layer, step, definition.outputShape(spec, step));
    },
  });
}
