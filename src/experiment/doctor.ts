import {existsSync} from 'node:fs';
import {probePackage} from '../engine/probe.js';
import type {Finding} from '../report/checklist.js';
import type {EngineFinding} from './doctor/engine-finding.js';
import {automaticChoice, describePackage, tryEngines} from './doctor/engines.js';
import {checkMachine, checkMnist, checkNode, checkRunsDir, describeCache, describeImages} from './doctor/machine.js';

const lesson = 'experiments/mnist-cnn.yaml';

/** What `exp doctor` found. */
export interface Diagnosis {
  /** False when the main job, training on this machine, cannot run. */
  readonly ok: boolean;
  /** The machine, the data, the folders. */
  readonly findings: readonly Finding[];
  /** Every engine on every device, each tried by training a small network. */
  readonly engines: readonly EngineFinding[];
  /** What `engine: auto` with `device: auto` trains on; undefined when nothing works. */
  readonly automatic: string | undefined;
  /** The command line of the main job, as it can be typed in this folder. */
  readonly nextStep: string;
}

/** Looks at everything a run needs. @param runsDir where run folders would go; it is not created. */
export async function diagnose(runsDir: string): Promise<Diagnosis> {
  const [images, gpuPackage, nodePackage, mnist, cache] = await Promise.all([
    probePackage('sharp'),
    probePackage('@tensorflow/tfjs-node-gpu'),
    probePackage('@tensorflow/tfjs-node'),
    checkMnist(),
    describeCache(),
  ]);
  const findings = [
    checkNode(process.versions.node),
    checkMachine(),
    ...[gpuPackage, nodePackage].flatMap(describePackage),
    describeImages(images),
    mnist,
    checkRunsDir(runsDir),
    cache,
  ];
  const engines = await tryEngines();
  const choice = automaticChoice(engines);
  return {
    ok: choice !== undefined && findings.every(({state}) => state !== 'problem'),
    findings,
    engines,
    automatic: choice && `${choice.engine} on ${choice.name}`,
    nextStep: existsSync(lesson) ? `exp run ${lesson}` : 'exp init, then exp run on what it wrote',
  };
}
