import {type Static, Type} from '@sinclair/typebox';
import {formatShape, type Shape} from '../../../support/tensor.js';
import {type ActivationName, activationField} from '../../activations.js';
import {fansOf} from '../../initializers/fans.js';
import {initializerField} from '../../initializers/index.js';
import type {LayerWeight} from '../../layer.js';
import {regularizerField} from '../../regularizers/index.js';
import {ShapeProblem} from '../../shape-problem.js';
import {requireSequence} from '../sequences.js';
import type {RecurrentCell} from './cell.js';

/** An activation with a default of its own. */
const activation = (value: ActivationName, description: string) =>
  Type.Unsafe<ActivationName>({...activationField(), default: value, description});

const dropoutRate = (description: string) =>
  Type.Number({minimum: 0, exclusiveMaximum: 1, default: 0, description: `${description} In [0, 1).`});

/** What every recurrent layer takes. */
export const recurrentFields = {
  units: Type.Integer({minimum: 1, description: 'Size of the state and of the output, at least 1.'}),
  activation: activation('tanh', 'Function applied to the candidate state and, in an lstm, to the memory.'),
  useBias: Type.Boolean({default: true, description: 'Whether learned offsets are added.'}),
  returnSequences: Type.Boolean({
    default: false,
    description: 'true: the output of every time step, [time, units]. false: the last one only, [units].',
  }),
  goBackwards: Type.Boolean({
    default: false,
    description: 'Whether the sequence is read from its end; the outputs then come in that order too.',
  }),
  dropout: dropoutRate('In training, share of the input features that is dropped; the same ones at every time step.'),
  recurrentDropout: dropoutRate(
    'In training, share of the last output that the recurrent product does not see; the same at every time step (Gal & Ghahramani 2016).',
  ),
  kernelInitializer: initializerField('How the kernel of the inputs starts.', 'glorotUniform'),
  recurrentInitializer: initializerField('How the kernel of the last output starts.', 'orthogonal'),
  biasInitializer: initializerField('How the bias starts.', 'zeros'),
  kernelRegularizer: regularizerField('Penalty on the kernel, added to the loss.'),
  recurrentRegularizer: regularizerField('Penalty on the recurrent kernel, added to the loss.'),
  biasRegularizer: regularizerField('Penalty on the bias, added to the loss.'),
};

/** Of lstm and gru. */
export const recurrentActivationField = () => activation('sigmoid', 'Function that opens and closes the gates.');

const common = Type.Object(recurrentFields);
export type RecurrentArguments = Readonly<Static<typeof common>>;

export const recurrentShapes = '[time, features] → [units], or [time, units] with returnSequences';

/** @throws ShapeProblem when the input is no sequence */
export function recurrentOutputShape({units, returnSequences}: RecurrentArguments, inputShape: Shape): Shape {
  const [time] = requireSequence(inputShape);
  return returnSequences ? [time, units] : [units];
}

/** @throws ShapeProblem unless the inputs behind the sequence are none or one for each state, as long as it */
export function requireFirstStates(
  {units}: RecurrentArguments,
  names: readonly string[],
  given: readonly Shape[],
): void {
  const states = names.map((name) => `LAYER.${name}`).join(', ');
  if (given.length !== 0 && given.length !== names.length) {
    throw new ShapeProblem(
      `takes a sequence alone, or with a first state for each of ${names.join(', ')}; it gets ${given.length} behind the sequence`,
      {field: 'inputs', hint: `write \`inputs: [SEQUENCE, ${states}]\``},
    );
  }
  const odd = given.findIndex((shape) => shape.length !== 1 || shape[0] !== units);
  if (odd >= 0) {
    throw new ShapeProblem(`wants first states of its size, [${units}]; it gets ${formatShape(given[odd]!)}`, {
      field: 'inputs',
      hint: 'give both layers the same number of units',
    });
  }
}

/** kernel, recurrent_kernel and bias, as Keras names and shapes them. @param prefix of the names */
export function recurrentWeights(
  args: RecurrentArguments,
  cell: RecurrentCell,
  inputShape: Shape,
  prefix = '',
): readonly LayerWeight[] {
  const width = cell.numGates * args.units;
  const shape = [inputShape.at(-1)!, width];
  const kernels: LayerWeight[] = [
    {
      name: `${prefix}kernel`,
      shape,
      trainable: true,
      initializer: args.kernelInitializer,
      regularizer: args.kernelRegularizer,
    },
    {
      name: `${prefix}recurrent_kernel`,
      shape: [args.units, width],
      trainable: true,
      initializer: args.recurrentInitializer,
      regularizer: args.recurrentRegularizer,
    },
  ];
  const bias: LayerWeight = {
    name: `${prefix}bias`,
    role: 'bias',
    shape: cell.hasRecurrentBias ? [2, width] : [width],
    trainable: true,
    initializer: args.biasInitializer,
    fans: fansOf(shape),
    regularizer: args.biasRegularizer,
  };
  return args.useBias ? [...kernels, bias] : kernels;
}
