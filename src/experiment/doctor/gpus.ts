import {describeCard, type NvidiaCard} from '../../engine/nvidia.js';
import {tensorflowVersion} from '../../engine/tensorflow/layout.js';
import type {AdapterSurvey} from '../../engine/webgpu/adapters.js';
import {formatAdapters} from '../../engine/webgpu/choose-adapter.js';
import type {Finding} from '../../report/checklist.js';
import {asMissing, type Row} from './engine-finding.js';

/** What is there for CUDA. */
export interface CudaParts {
  readonly hasDriver: boolean;
  readonly cards: readonly NvidiaCard[];
  /** TensorFlow for CUDA, exp's own or that of an npm package. */
  readonly hasTensorflow: boolean;
  /** The part of onnxruntime-node that has to be downloaded for itself. */
  readonly hasProvider: boolean;
}

/** Both engines on the first NVIDIA card, or one line that says what such a card would need. */
export function cudaRows({hasDriver, cards, hasTensorflow, hasProvider}: CudaParts): readonly Row[] {
  const device = 'cuda';
  const state = 'warning';
  const noCard = describeNoCard(hasDriver, cards);
  if (noCard) return [{subject: 'any · cuda', engine: 'any', device, state, missing: noCard}];
  const names = cards.map((card) => `cuda:${card.index} ${describeCard(card)}`).join('; ');
  const there = `${names} (driver ${cards[0]!.driver}) is there`;
  return [
    {
      ...{subject: 'compiled · cuda', engine: 'compiled', device, state},
      request: {device},
      missing: hasProvider
        ? undefined
        : {
            detail: `${there}; the CUDA part of onnxruntime-node is not installed`,
            fix: 'ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node, which downloads it; it needs CUDA 12 and cuDNN 9',
          },
    },
    {
      ...{subject: 'eager · cuda', engine: 'eager', device, state},
      request: {device},
      missing: hasTensorflow
        ? undefined
        : {
            detail: `${there}; no TensorFlow ${tensorflowVersion} for it is installed`,
            fix: 'exp engines install tensorflow --cuda',
          },
    },
  ];
}

function describeNoCard(hasDriver: boolean, cards: readonly NvidiaCard[]): Pick<Finding, 'detail' | 'fix'> | undefined {
  if (!hasDriver)
    return {
      detail: 'no NVIDIA card: the driver is not loaded',
      fix: 'with such a card: install NVIDIA’s driver (nvidia-smi must list the card), then exp engines install tensorflow --cuda',
    };
  if (cards.length > 0) return undefined;
  return {
    detail: 'NVIDIA’s driver is there, but nvidia-smi lists no card',
    fix: 'see what nvidia-smi says; in a container, start it with --gpus all; after an update of the driver, restart the machine',
  };
}

/** Both engines on WebGPU's adapters, or one line that says what a GPU would need. @param hasGpu whether the system knows of a graphics card */
export function webgpuRows(survey: AdapterSurvey, hasGpu: boolean): readonly Row[] {
  const device = 'webgpu';
  const state = 'warning';
  if (!survey.works)
    return [
      {
        ...{subject: 'any · webgpu', engine: 'any', device, state},
        missing: hasGpu ? asMissing(survey) : describeNoGpu(survey.reason, survey.fix),
      },
    ];
  const {adapters} = survey;
  const isSoftware = adapters.every((adapter) => adapter.isSoftware);
  // Without a GPU the software is tried once; with one it is of no interest.
  const tried = isSoftware
    ? adapters.slice(0, 1)
    : adapters.filter((adapter) => !adapter.isSoftware && !adapter.isHidden);
  const facts = {device, state, ...(isSoftware ? {isSoftware} : {})} as const;
  const note = isSoftware ? 'no GPU: device: auto does not take it' : undefined;
  return [
    {subject: 'compiled · webgpu', engine: 'compiled', ...facts, request: {device}, note},
    ...tried.map(
      ({index}): Row => ({
        ...{subject: tried.length > 1 ? `eager · webgpu:${index}` : 'eager · webgpu', engine: 'eager'},
        ...facts,
        request: {device: `webgpu:${index}`},
        note: note ?? (adapters.length > 1 && index === tried[0]!.index ? `of ${formatAdapters(adapters)}` : undefined),
      }),
    ),
  ];
}

const describeNoGpu = (reason: string, fix: string): Pick<Finding, 'detail' | 'fix'> => {
  const isUninstalled = reason.includes('not installed');
  return {
    detail: `no GPU: the system knows of no graphics card${isUninstalled ? '' : `; ${reason}`}`,
    fix: `with a card of any maker: ${fix}; in a container, --device /dev/dri or --gpus all`,
  };
};
