import type {Shape} from '../../../support/tensor.js';
import type {RecordedType, RecordedValue} from '../graph.js';
import type {GraphBuilder, Layout} from '../onnx/builder.js';
import {attributes, broadcast, input, type Kernel, like} from './kernel.js';

/** Emits the nodes of one element-wise function on names that already share a layout. */
type Emit = (builder: GraphBuilder, inputs: readonly string[], attrs: Readonly<Record<string, unknown>>) => string;

/** A per-channel vector, a scalar or a rank-4 value, brought into channels-first order; undefined when the value has no such form. */
function channelsFirstOperand(builder: GraphBuilder, value: RecordedValue): string | undefined {
  if (value.shape.length === 0) return builder.plain(value);
  if (value.shape.length === 4) return builder.channelsFirst(value);
  if (value.shape.length === 1) return builder.as(value, [value.shape[0]!, 1, 1]);
  return undefined;
}

/**
 * What goes with blocks of `shape`, a value per channel spread over an image: ONNX Runtime is slow to broadcast along the innermost axis,
 * and the image is small beside the batch. Undefined when the value has no such form.
 */
function blockedOperand(builder: GraphBuilder, value: RecordedValue, shape: Shape): string | undefined {
  const block = builder.blockSize;
  const [batch, height, width, channels] = shape as [number, number, number, number];
  if (value.shape.length === 0 || (value.shape.length === 1 && value.shape[0] === 1)) return builder.plain(value);
  const spread = (from: Shape, numImages: readonly number[]): string => {
    const all = builder.integers([...numImages, channels / block, height, width, block]);
    const expanded = builder.node('Expand', [builder.as(value, from), all]);
    return builder.node('Reshape', [expanded, builder.integers([...numImages, channels, height, width])]);
  };
  if (value.shape.length === 1)
    return value.shape[0] === channels ? spread([channels / block, 1, 1, block], []) : undefined;
  if (value.shape.length !== 4) return undefined;
  if (hasShape(value, shape)) return builder.blocked(value);
  const [ownBatch, ownHeight, ownWidth, ownChannels] = value.shape as [number, number, number, number];
  if (ownChannels === 1) return spread([ownBatch, 1, ownHeight, ownWidth, 1], [batch]);
  if (ownHeight > 1 || ownWidth > 1) return undefined;
  return spread([ownBatch, channels / block, 1, 1, block], ownBatch === 1 ? [] : [batch]);
}

const hasShape = (value: RecordedValue, shape: Shape): boolean =>
  value.shape.length === shape.length && value.shape.every((size, axis) => size === shape[axis]);

/** Emits on blocks; undefined when an input cannot be brought there. */
function onBlocks(
  builder: GraphBuilder,
  inputs: readonly RecordedValue[],
  output: RecordedValue,
  emit: (names: readonly string[]) => string,
): string | undefined {
  const names = inputs.map((value) => blockedOperand(builder, value, output.shape));
  return names.every((name) => name !== undefined) ? emit(names) : undefined;
}

/**
 * Emits in the order in which an input was made, when all others can follow: on blocks, channels first, else in TensorFlow.js's own.
 */
export function lowerElementwise(
  builder: GraphBuilder,
  inputs: readonly RecordedValue[],
  output: RecordedValue,
  emit: (names: readonly string[]) => string,
): void {
  const isMadeIn = (layout: Layout): boolean =>
    output.shape.length === 4 && inputs.some((value) => builder.nativeLayout(value) === layout);
  if (inputs.some((value) => hasShape(value, output.shape) && builder.nativeLayout(value) === 'blocked')) {
    const name = onBlocks(builder, inputs, output, emit);
    if (name !== undefined) {
      builder.define(output, name, 'blocked');
      return;
    }
  }
  if (isMadeIn('channelsFirst') || isMadeIn('blocked')) {
    const names = inputs.map((value) => channelsFirstOperand(builder, value));
    if (names.every((name) => name !== undefined)) {
      builder.define(output, emit(names), 'channelsFirst');
      return;
    }
  }
  builder.define(output, emit(inputs.map((value) => builder.plain(value))));
}

function unary(emit: Emit, dtype?: RecordedType, inputName = 'x'): Kernel {
  return {
    infer: (inputs) => [like(input(inputs, inputName), dtype)],
    lower: (call, builder) =>
      lowerElementwise(builder, [input(call.inputs, inputName)], call.outputs[0]!, (names) =>
        emit(builder, names, call.attrs),
      ),
  };
}

function binary(emit: Emit, dtype?: RecordedType, names: readonly [string, string] = ['a', 'b']): Kernel {
  return {
    infer: (inputs) => {
      const [a, b] = [input(inputs, names[0]), input(inputs, names[1])];
      return [{shape: broadcast(a.shape, b.shape), dtype: dtype ?? a.dtype}];
    },
    lower: (call, builder) =>
      lowerElementwise(
        builder,
        names.map((name) => input(call.inputs, name)),
        call.outputs[0]!,
        (held) => emit(builder, held, call.attrs),
      ),
  };
}

const op =
  (name: string): Emit =>
  (builder, inputs) =>
    builder.node(name, inputs);

/** Of Klambauer et al. 2017, as ONNX and TensorFlow.js have them. */
const [seluAlpha, seluScale] = [1.6732632423543772, 1.0507009873554805];

/** float32 0 or 1 from a condition. */
const asFloat = (builder: GraphBuilder, condition: string): string => builder.node('Cast', [condition], {to: 1});

export const onnxTypeNumbers = {float32: 1, int32: 6, bool: 9} as const satisfies Record<RecordedType, number>;

export const elementwiseKernels = {
  Add: binary(op('Add')),
  Sub: binary(op('Sub')),
  Multiply: binary(op('Mul')),
  RealDiv: binary(op('Div'), 'float32'),
  Maximum: binary(op('Max')),
  Minimum: binary(op('Min')),
  Pow: binary(op('Pow')),
  SquaredDifference: binary((b, [x, y]) => {
    const difference = b.node('Sub', [x!, y!]);
    return b.node('Mul', [difference, difference]);
  }),
  Greater: binary(op('Greater'), 'bool'),
  GreaterEqual: binary(op('GreaterOrEqual'), 'bool'),
  Less: binary(op('Less'), 'bool'),
  LessEqual: binary(op('LessOrEqual'), 'bool'),
  Equal: binary(op('Equal'), 'bool'),
  NotEqual: binary((b, names) => b.node('Not', [b.node('Equal', names)]), 'bool'),
  LogicalAnd: binary(op('And'), 'bool'),
  /** Or, Sign and Selu are not among the operators of every device. */
  LogicalOr: binary(
    (b, names) =>
      b.isPortable
        ? b.node('Not', [
            b.node(
              'And',
              names.map((name) => b.node('Not', [name])),
            ),
          ])
        : b.node('Or', names),
    'bool',
  ),
  LogicalNot: unary(op('Not'), 'bool'),
  /** a: dy, b: y = elu(x). */
  EluGrad: binary(
    (b, [dy, y]) =>
      b.node('Where', [
        b.node('Greater', [y!, b.float(0)]),
        dy!,
        b.node('Mul', [dy!, b.node('Add', [y!, b.float(1)])]),
      ]),
    undefined,
    ['dy', 'y'],
  ),

  Neg: unary(op('Neg')),
  Abs: unary(op('Abs')),
  Exp: unary(op('Exp')),
  Log: unary(op('Log')),
  Log1p: unary((b, [x]) => b.node('Log', [b.node('Add', [x!, b.float(1)])])),
  Expm1: unary((b, [x]) => b.node('Sub', [b.node('Exp', [x!]), b.float(1)])),
  Sqrt: unary(op('Sqrt')),
  Rsqrt: unary((b, [x]) => b.node('Reciprocal', [b.node('Sqrt', [x!])])),
  Square: unary((b, [x]) => b.node('Mul', [x!, x!])),
  Reciprocal: unary(op('Reciprocal')),
  Sign: unary((b, [x]) => {
    if (!b.isPortable) return b.node('Sign', [x!]);
    const zero = b.float(0);
    return b.node('Sub', [asFloat(b, b.node('Greater', [x!, zero])), asFloat(b, b.node('Less', [x!, zero]))]);
  }),
  Floor: unary(op('Floor')),
  Erf: unary(op('Erf')),
  Sin: unary(op('Sin')),
  Cos: unary(op('Cos')),
  Relu: unary(op('Relu')),
  Relu6: unary((b, [x]) => b.node('Clip', [x!, b.float(0), b.float(6)])),
  LeakyRelu: unary((b, [x], attrs) =>
    b.node('LeakyRelu', [x!], {alpha: {float: attributes<{alpha: number}>(attrs).alpha}}),
  ),
  Elu: unary((b, [x]) => b.node('Elu', [x!])),
  Selu: unary((b, [x]) =>
    b.isPortable
      ? b.node('Mul', [b.node('Elu', [x!], {alpha: {float: seluAlpha}}), b.float(seluScale)])
      : b.node('Selu', [x!]),
  ),
  Sigmoid: unary(op('Sigmoid')),
  Softplus: unary(op('Softplus')),
  Tanh: unary(op('Tanh')),
  ClipByValue: unary((b, [x], attrs) => {
    const {clipValueMin, clipValueMax} = attributes<{clipValueMin: number; clipValueMax: number}>(attrs);
    return b.node('Clip', [x!, b.float(clipValueMin), b.float(clipValueMax)]);
  }),
  /** 1 where x > 0, `alpha` elsewhere. */
  Step: unary((b, [x], attrs) => {
    const positive = b.node('Greater', [x!, b.float(0)]);
    const alpha = attributes<{alpha?: number}>(attrs).alpha ?? 0;
    return alpha === 0 ? asFloat(b, positive) : b.node('Where', [positive, b.float(1), b.float(alpha)]);
  }, 'float32'),

  AddN: {
    infer: (inputs) => [like(input(inputs, '0'))],
    lower: (call, builder) => {
      const terms = Object.values(call.inputs).filter((value) => value !== undefined);
      lowerElementwise(builder, terms, call.outputs[0]!, (names) =>
        names.reduce((sum, name) => builder.node('Add', [sum, name])),
      );
    },
  },
  Select: {
    infer: (inputs) => [like(input(inputs, 't'))],
    lower: (call, builder) => {
      const [condition, t, e] = ['condition', 't', 'e'].map((name) => input(call.inputs, name)) as [
        RecordedValue,
        RecordedValue,
        RecordedValue,
      ];
      const output = call.outputs[0]!;
      // TensorFlow.js lets a rank-1 condition choose whole rows of higher-rank values.
      const leading = condition.shape.length === 1 && t.shape.length > 1;
      if (!leading)
        return lowerElementwise(builder, [condition, t, e], output, (names) => builder.node('Where', names));
      const rows = builder.as(condition, [condition.shape[0]!, ...t.shape.slice(1).map(() => 1)]);
      builder.define(output, builder.node('Where', [rows, builder.plain(t), builder.plain(e)]));
    },
  },
  Cast: {
    infer: (inputs, attrs) => [like(input(inputs, 'x'), attributes<{dtype: RecordedType}>(attrs).dtype)],
    lower: (call, builder) => {
      const x = input(call.inputs, 'x');
      const output = call.outputs[0]!;
      if (x.dtype === output.dtype) return builder.defineView(output, x);
      lowerElementwise(builder, [x], output, ([name]) =>
        builder.node('Cast', [name!], {to: onnxTypeNumbers[output.dtype]}),
      );
    },
  },
} as const satisfies Record<string, Kernel>;
