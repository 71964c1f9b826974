import {type Static, Type} from '@sinclair/typebox';
import {dataSection} from '../data/section.js';
import {type DeviceName, devicePattern} from '../engine/device.js';
import {writtenModelSection} from '../model/blocks/section.js';
import {modelSection} from '../model/section.js';
import {checkedSchema} from '../spec/schema.js';
import {checkpointSection, trainingSection} from '../training/section.js';

const oneOf = <const Words extends readonly string[]>(
  words: Words,
  options: {default: Words[number]; description: string},
) => Type.Unsafe<Words[number]>({type: 'string', enum: [...words], ...options});

/** The whole of an experiment's YAML: its own few keys, and the section of each room. */
export const experimentSection = Type.Object(
  {
    name: Type.String({
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
      'x-expected': 'made of letters, digits, ".", "_" and "-", at most 64, starting with a letter or a digit',
      description: 'Names the run folder: runs/<name>-<date>-<time>-<4 letters>.',
    }),
    description: Type.Optional(
      Type.String({
        maxLength: 2000,
        'x-expected': 'text of at most 2000 characters',
        description: 'What it is about, for people.',
      }),
    ),
    seed: Type.Integer({
      default: 0,
      minimum: 0,
      description:
        'Everything random follows from it: initial weights, order of examples, dropout, held-out examples. A whole number of at least 0.',
    }),
    seeds: Type.Optional(
      Type.Array(Type.Integer({minimum: 0}), {
        minItems: 1,
        uniqueItems: true,
        description: 'Instead of seed: one run for each of these seeds, compared as mean ± standard deviation.',
      }),
    ),
    tags: Type.Array(Type.String({minLength: 1}), {default: [], description: 'Words to find runs by.'}),
    data: dataSection,
    model: modelSection,
    training: trainingSection,
    checkpoint: Type.Unsafe<Static<typeof checkpointSection>>({...checkpointSection, default: {}}),
    device: Type.Unsafe<DeviceName>({
      type: 'string',
      pattern: devicePattern,
      'x-expected': 'one of auto, cpu, cuda, webgpu, or one of several by its number: cuda:1, webgpu:1',
      examples: ['auto', 'cpu', 'cuda', 'webgpu'],
      default: 'auto',
      description:
        'Where to train. auto: an NVIDIA card for which CUDA is installed (exp engines install tensorflow --cuda, or the CUDA part of onnxruntime-node), else a GPU of any maker through WebGPU, else the CPU; never software that acts as a GPU. cuda:1 is the second card of nvidia-smi, webgpu:1 the adapter that exp doctor calls so. A device that is named is used or is an error; exp doctor tells which work here.',
    }),
    engine: oneOf(['auto', 'compiled', 'eager'], {
      default: 'auto',
      description:
        'compiled records a step once and runs it with ONNX Runtime; eager lets TensorFlow.js do every step, with TensorFlow’s native library where exp engines install tensorflow has made it. auto: compiled, or eager where that is not possible or TensorFlow was installed for the card.',
    }),
    threads: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1024,
        description:
          'Cores that one step of the compiled engine may use, at least 1; all that the process may use when left out. With fewer than all, threads without work sleep instead of waiting busily, so that several runs share a machine: as many runs as cores / threads.',
      }),
    ),
  },
  {
    additionalProperties: false,
    title: 'experiment',
    description: 'One experiment of exp: data, model, training.',
  },
);

/** As the loader takes it, once blocks are expanded. */
export const experimentSchema = checkedSchema(experimentSection);

/** As it may be written, with blocks: what editors read. */
export const writtenSchema = checkedSchema({
  ...experimentSection,
  properties: {...experimentSection.properties, model: writtenModelSection},
});

declare const checked: unique symbol;

/**
 * An experiment that passed every check, frozen to its leaves; only `loadExperiment` makes one, so nobody downstream
 * validates again.
 */
export type ExperimentSpec = Readonly<Static<typeof experimentSection>> & {readonly [checked]: true};
