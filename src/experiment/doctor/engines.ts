import {describeCard, hasNvidiaDriver, type NvidiaCard, nvidiaCards} from '../../engine/nvidia.js';
import {type Probe, probePackage} from '../../engine/probe.js';
import {installedEngine} from '../../engine/tensorflow/installed.js';
import {tensorflowVersion} from '../../engine/tensorflow/layout.js';
import {type Trial, type TrialRequest, tryEngine} from '../../engine/trial/trial.js';
import type {Finding} from '../../report/checklist.js';

/** Steps of a trial; the median of the last ten is shown. */
const trialSteps = 13;

/** An engine on a device, as tried here. */
export interface EngineFinding extends Finding {
  readonly engine: 'compiled' | 'eager';
  readonly device: 'cpu' | 'cuda' | 'webgpu';
  /** Whether a small network was trained on it just now. */
  readonly usable: boolean;
  /** Device, library and version, when it is usable. */
  readonly name?: string;
  /** Of a small convolutional network with batches of 16. */
  readonly stepMillis?: number;
}

/** What is known of an engine on a device before it is tried. */
interface Row {
  readonly subject: string;
  readonly engine: EngineFinding['engine'];
  readonly device: EngineFinding['device'];
  readonly request: Omit<TrialRequest, 'steps' | 'engine'> & Partial<Pick<TrialRequest, 'engine'>>;
  /** What is said when it is not usable. */
  readonly state: 'warning' | 'problem';
  /** Why it is not even tried, and what would change that. */
  readonly missing?: Pick<Finding, 'detail' | 'fix'> | undefined;
  /** Added to what a working engine says of itself. */
  readonly note?: string | undefined;
}

/** Every engine on every device there is, one after the other, so that the steps can be timed; a few seconds in all. */
export async function tryEngines(): Promise<readonly EngineFinding[]> {
  const [compiled, eager, gpuPackage, nodePackage] = await Promise.all([
    probePackage('onnxruntime-node'),
    probePackage('@tensorflow/tfjs-backend-cpu'),
    probePackage('@tensorflow/tfjs-node-gpu'),
    probePackage('@tensorflow/tfjs-node'),
  ]);
  const hasPackage = [gpuPackage, nodePackage].some(({status}) => status === 'loads');
  const cards = hasNvidiaDriver() ? nvidiaCards() : [];
  const hasCudaEngine = installedEngine('cuda') !== undefined || gpuPackage.status === 'loads';
  const rows: readonly Row[] = [
    {
      ...{subject: 'compiled · cpu', engine: 'compiled', device: 'cpu', state: 'warning'},
      request: {device: 'cpu'},
      missing: describeCompiled(compiled),
      note: compiled.status === 'loads' ? `onnxruntime-node ${compiled.version}` : undefined,
    },
    {
      ...{subject: 'eager · cpu', engine: 'eager', device: 'cpu', state: 'warning'},
      request: {device: 'cpu', backend: 'tensorflow'},
      missing: installedEngine('cpu') || installedEngine('cuda') || hasPackage ? undefined : noTensorflow,
    },
    {
      ...{subject: 'eager · cpu', engine: 'eager', device: 'cpu', state: 'problem'},
      request: {device: 'cpu', backend: 'cpu'},
      missing: describeEager(eager),
      note: eager.status === 'loads' ? `TensorFlow.js ${eager.version}, the reference` : undefined,
    },
    {
      ...{subject: 'eager · cuda', engine: 'eager', device: 'cuda', state: 'warning'},
      request: {device: 'cuda'},
      missing: describeCuda(hasNvidiaDriver(), cards, hasCudaEngine),
    },
  ];
  const findings: EngineFinding[] = [];
  for (const row of rows) findings.push(await tryRow(row));
  findings.push({
    ...{subject: 'any · webgpu', engine: 'eager', device: 'webgpu', usable: false, state: 'absent'},
    detail: 'WebGPU, for cards of any vendor, is not in this version',
  });
  return findings;
}

async function tryRow({missing, request, state, note, ...row}: Row): Promise<EngineFinding> {
  if (missing) {
    const isNeeded = row.device === 'cpu' && request.backend !== 'tensorflow';
    return {...pick(row), usable: false, state: isNeeded ? state : 'absent', ...missing};
  }
  const trial = await tryEngine({engine: row.engine, ...request, steps: trialSteps});
  return {...pick(row), ...describeTrial(trial, state, note)};
}

const pick = ({subject, engine, device}: Pick<Row, 'subject' | 'engine' | 'device'>) => ({subject, engine, device});

/** @param note added to what a working engine says of itself */
export function describeTrial(
  trial: Trial,
  state: 'warning' | 'problem',
  note?: string,
): Pick<EngineFinding, 'usable' | 'state' | 'detail' | 'fix' | 'name' | 'stepMillis'> {
  if (!trial.works) {
    const {reason, fix} = trial;
    const detail = reason.replaceAll(/\n\s*/g, '; ');
    return {usable: false, state, detail, ...(fix === undefined ? {} : {fix})};
  }
  const {device, stepMillis} = trial;
  const time =
    stepMillis === undefined ? '' : `${stepMillis < 10 ? stepMillis.toPrecision(2) : Math.round(stepMillis)} ms a step`;
  return {
    usable: true,
    state: 'ok',
    detail: [time, device, note].filter(Boolean).join(', '),
    name: device,
    ...(stepMillis === undefined ? {} : {stepMillis}),
  };
}

const noTensorflow: Pick<Finding, 'detail' | 'fix'> = {
  detail:
    'TensorFlow’s native library is not installed; wanted only for engine: eager, many times faster than plain JavaScript',
  fix: 'exp engines install tensorflow',
};

/** Without onnxruntime-node everything still trains, several times slower. @returns undefined when it loads */
export function describeCompiled(probe: Probe): Pick<Finding, 'detail' | 'fix'> | undefined {
  const slower = 'engine: auto falls back to eager, many times slower';
  switch (probe.status) {
    case 'loads':
      return undefined;
    case 'missing':
      return {
        detail: `onnxruntime-node is not installed; ${slower}`,
        fix: 'ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node@1.30.0',
      };
    case 'fails':
      return {
        detail: `onnxruntime-node ${probe.version} does not load (${probe.reason}); ${slower}`,
        fix: 'it has binaries for Linux with glibc 2.28 or newer, macOS and Windows, on x64 and arm64; npm rebuild onnxruntime-node if its files are damaged',
      };
  }
}

/** Every engine builds its model with TensorFlow.js, so nothing runs without. @returns undefined when it loads */
export function describeEager(probe: Probe): Pick<Finding, 'detail' | 'fix'> | undefined {
  if (probe.status === 'loads') return undefined;
  return {
    detail:
      probe.status === 'missing'
        ? 'TensorFlow.js is not installed'
        : `TensorFlow.js ${probe.version} does not load (${probe.reason})`,
    fix: 'install the dependencies again: npm ci in a clone of the project, npm install exp-runner elsewhere',
  };
}

/** What CUDA lacks here. @returns undefined when it is to be tried */
export function describeCuda(
  hasDriver: boolean,
  cards: readonly NvidiaCard[],
  hasEngine: boolean,
): Pick<Finding, 'detail' | 'fix'> | undefined {
  if (!hasDriver)
    return {
      detail: 'no NVIDIA card: the driver is not loaded',
      fix: 'with such a card: install NVIDIA’s driver (nvidia-smi must list the card), then exp engines install tensorflow --cuda',
    };
  if (cards.length === 0)
    return {
      detail: 'NVIDIA’s driver is there, but nvidia-smi lists no card',
      fix: 'see what nvidia-smi says; in a container, start it with --gpus all; after an update of the driver, restart the machine',
    };
  if (hasEngine) return undefined;
  const names = cards.map((card) => `cuda:${card.index} ${describeCard(card)}`).join('; ');
  return {
    detail: `${names} (driver ${cards[0]!.driver}) is there; no TensorFlow ${tensorflowVersion} for it is installed`,
    fix: 'exp engines install tensorflow --cuda',
  };
}

/** @param probe of an npm package that brings TensorFlow's library. @returns nothing where it is not installed or works: it is optional */
export function describePackage(probe: Probe): readonly Finding[] {
  if (probe.status !== 'fails') return [];
  return [
    {
      subject: probe.name.replace('@tensorflow/', ''),
      state: 'absent',
      detail: `${probe.version} is installed and does not load: ${probe.reason}; it is optional`,
      fix: probe.fix ?? 'exp engines install tensorflow, or npm rebuild of the package, with a network',
    },
  ];
}

/** What `engine: auto` with `device: auto` takes. */
export function automaticChoice(findings: readonly EngineFinding[]): EngineFinding | undefined {
  const usable = findings.filter((finding) => finding.usable);
  const cuda = installedEngine('cuda') ? usable.find(({device}) => device === 'cuda') : undefined;
  return cuda ?? usable.find(({engine}) => engine === 'compiled') ?? usable[0];
}
