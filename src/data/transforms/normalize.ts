import {Type} from '@sinclair/typebox';
import {formatShape} from '../../support/tensor.js';
import {DataSpecError} from '../data-error.js';
import {defineTransform} from './definition.js';
import {momentsOf} from './moments.js';

const positive = Type.Number({exclusiveMinimum: 0});

/** (value − mean) / std over everything or per channel (the last axis). */
export const normalize = defineTransform({
  type: 'normalize',
  summary: 'Takes away a mean and divides by a standard deviation, given or learnt from the training examples.',
  args: Type.Object({
    mean: Type.Optional(
      Type.Union([Type.Number(), Type.Array(Type.Number(), {minItems: 1})], {
        description:
          'One number, or one per channel (last axis: colour or feature), in the units that earlier transforms leave.',
      }),
    ),
    std: Type.Optional(
      Type.Union([positive, Type.Array(positive, {minItems: 1})], {
        description: 'One number above 0, or one per channel.',
      }),
    ),
    fit: Type.Optional(
      Type.Literal('train', {
        examples: ['train'],
        description:
          'Learns mean and standard deviation per channel from the training examples (validation and test held out); replaces mean and std. A channel that never changes gets std 1.',
      }),
    ),
  }),
  outputShape({mean, std, fit}, shape, path) {
    if (fit !== undefined) {
      if (mean === undefined && std === undefined) return shape;
      throw new DataSpecError(
        path,
        'has fit: train, which learns mean and std; got them as well',
        'drop fit, or mean and std',
      );
    }
    if (mean === undefined || std === undefined) {
      const missing = mean === undefined ? (std === undefined ? 'mean and std' : 'mean') : 'std';
      throw new DataSpecError(path, `lacks ${missing}`, 'give mean and std, or fit: train to learn both');
    }
    const numChannels = shape.at(-1) ?? 1;
    for (const [name, value] of Object.entries({mean, std})) {
      if (typeof value === 'number' || value.length === numChannels) continue;
      throw new DataSpecError(
        `${path}.${name}`,
        `has ${value.length} numbers; examples of shape ${formatShape(shape)} have ${numChannels} ${numChannels === 1 ? 'channel' : 'channels'}`,
      );
    }
    return shape;
  },
  fit({fit}, shape, pass) {
    return fit === undefined ? undefined : momentsOf(pass, shape.at(-1) ?? 1);
  },
  compile(spec, shape, fitted) {
    const mean = (fitted?.mean as readonly number[] | undefined) ?? spec.mean ?? 0;
    const std = (fitted?.std as readonly number[] | undefined) ?? spec.std ?? 1;
    const uniformMean = uniform(mean);
    const uniformStd = uniform(std);
    if (uniformMean !== undefined && uniformStd !== undefined) {
      return (values) => {
        for (let i = 0; i < values.length; i++) values[i] = (values[i]! - uniformMean) / uniformStd;
      };
    }
    const numChannels = shape.at(-1) ?? 1;
    const means = perChannel(mean, numChannels);
    const stds = perChannel(std, numChannels);
    return (values) => {
      for (let i = 0; i < values.length; ) {
        for (let c = 0; c < numChannels; c++, i++) values[i] = (values[i]! - means[c]!) / stds[c]!;
      }
    };
  },
});

const uniform = (value: number | readonly number[]): number | undefined =>
  typeof value === 'number' ? value : value.length === 1 ? value[0] : undefined;

const perChannel = (value: number | readonly number[], numChannels: number): Float64Array =>
  typeof value === 'number' ? new Float64Array(numChannels).fill(value) : Float64Array.from(value);
