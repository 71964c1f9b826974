import {hasNvidiaDriver, nvidiaCards} from '../../engine/nvidia.js';
import {type Probe, probePackage} from '../../engine/probe.js';
import {installedEngine} from '../../engine/tensorflow/installed.js';
import {type Trial, tryEngine} from '../../engine/trial/trial.js';
import {surveyAdapters} from '../../engine/webgpu/adapters.js';
import {mayHaveGpu} from '../../engine/webgpu/explain.js';
import type {Finding} from '../../report/checklist.js';
import type {EngineFinding, Row} from './engine-finding.js';
import {cudaRows, webgpuRows} from './gpus.js';

/** Steps of a trial; the median of the last ten is shown. */
const trialSteps = 13;

/** Software takes a second for a step, and its time is of less interest. */
const trialStepsOfSoftware = 5;

/** Every engine on every device there is, one after the other, so that the steps can be timed; a few seconds in all. */
export async function tryEngines(): Promise<readonly EngineFinding[]> {
  const [compiled, eager, gpuPackage, nodePackage, survey] = await Promise.all([
    probePackage('onnxruntime-node'),
    probePackage('@tensorflow/tfjs-backend-cpu'),
    probePackage('@tensorflow/tfjs-node-gpu'),
    probePackage('@tensorflow/tfjs-node'),
    surveyAdapters(),
  ]);
  const hasPackage = [gpuPackage, nodePackage].some(({status}) => status === 'loads');
  const hasDriver = hasNvidiaDriver();
  const cuda = {
    hasDriver,
    cards: hasDriver ? nvidiaCards() : [],
    hasTensorflow: installedEngine('cuda') !== undefined || gpuPackage.status === 'loads',
    hasProvider: compiled.status === 'loads' && compiled.facts.includes('cuda'),
  };
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
    ...cudaRows(cuda),
    ...webgpuRows(survey, mayHaveGpu()),
  ];
  const findings: EngineFinding[] = [];
  for (const row of rows) findings.push(await tryRow(row));
  return findings;
}

async function tryRow({missing, request, state, note, ...row}: Row): Promise<EngineFinding> {
  const {engine} = row;
  if (missing || !request || engine === 'any') {
    const isNeeded = row.device === 'cpu' && request?.backend !== 'tensorflow';
    return {...row, usable: false, state: isNeeded ? state : 'absent', detail: '', ...missing};
  }
  const steps = row.isSoftware ? trialStepsOfSoftware : trialSteps;
  return {...row, ...describeTrial(await tryEngine({engine, ...request, steps}), state, note)};
}

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

/** What `engine: auto` with `device: auto` takes (`chooseEngine`). */
export function automaticChoice(
  findings: readonly EngineFinding[],
  hasTensorflowForCuda = installedEngine('cuda') !== undefined,
): EngineFinding | undefined {
  const usable = findings.filter((finding) => finding.usable && finding.isSoftware !== true);
  const on = (device: EngineFinding['device'], engines: readonly EngineFinding['engine'][]) =>
    engines
      .map((engine) => usable.find((finding) => finding.device === device && finding.engine === engine))
      .find(Boolean);
  return (
    on('cuda', hasTensorflowForCuda ? ['eager'] : ['compiled']) ??
    on('webgpu', ['compiled', 'eager']) ??
    on('cpu', ['compiled', 'eager'])
  );
}
