import path from 'node:path';
import {bytesBelow} from '../data/files/cache.js';
import {installTensorflow, removeEngine} from '../engine/tensorflow/install.js';
import {type InstalledEngine, installedEngines} from '../engine/tensorflow/installed.js';
import {enginesFolder, type TensorflowVariant} from '../engine/tensorflow/layout.js';
import {type ListedEngine, renderEngines} from '../report/engine-list.js';
import {streamSink} from '../report/sink.js';
import {ExpError, exitCodes} from '../support/errors.js';
import {listenForInterrupts} from './interrupt.js';

export interface InstallRequest {
  readonly variant: TensorflowVariant;
  readonly isForced: boolean;
  readonly json: boolean;
}

/**
 * `exp engines install`: steps on standard error, what came of it on standard output.
 * @returns the exit code: 0, or 130 when interrupted, with nothing left behind
 * @throws ExpError INSTALL_FAILED
 */
export async function installCommand({variant, isForced, json}: InstallRequest): Promise<number> {
  const tell = (message: string): void => {
    if (!json) process.stderr.write(`${message}\n`);
  };
  const interrupts = listenForInterrupts({first: () => tell('stopping; nothing is kept'), second() {}});
  try {
    const showsProgress = !json && process.stderr.isTTY === true;
    const {engine, isNew} = await installTensorflow({
      variant,
      isForced,
      tell,
      showsProgress,
      signal: interrupts.signal,
    });
    const listed = await listedEngine(engine);
    if (json) process.stdout.write(`${JSON.stringify({isNew, ...listed}, null, 2)}\n`);
    else if (isNew)
      process.stdout.write(
        `TensorFlow ${engine.record.version} trains now on ${engine.record.selfTest.device}: ${nextStep(variant)}\n`,
      );
    else process.stdout.write(`${listed.name} is there already; --force makes it anew\n`);
    return 0;
  } catch (error) {
    if (!interrupts.signal.aborted) throw error;
    return exitCodes.INTERRUPTED;
  } finally {
    interrupts.stop();
  }
}

const nextStep = (variant: TensorflowVariant): string =>
  variant === 'cuda' ? 'exp run SPEC --device cuda' : 'exp run SPEC --engine eager';

/** `exp engines list`. */
export async function listEngines(json: boolean): Promise<void> {
  const engines = await Promise.all(installedEngines().map(listedEngine));
  if (json) {
    process.stdout.write(`${JSON.stringify(engines, null, 2)}\n`);
    return;
  }
  const sink = streamSink(process.stdout);
  sink.write(`${renderEngines(engines, enginesFolder(), sink)}\n`);
}

/** `exp engines remove`. @param name of one, or the beginning of several's. @throws ExpError USAGE when there is none of that name */
export async function removeEngines(name: string, json: boolean): Promise<void> {
  const engines = installedEngines();
  const chosen = engines.filter((engine) => {
    const own = path.basename(engine.path);
    return own === name || own.startsWith(`${name}-`);
  });
  if (chosen.length === 0) {
    const names = engines.map((engine) => path.basename(engine.path));
    const there = names.length === 0 ? 'none is installed' : `installed: ${names.join(', ')}`;
    throw new ExpError('USAGE', `there is no engine ${name} in ${enginesFolder()}; ${there}`, 'see exp engines list');
  }
  const removed: ListedEngine[] = [];
  for (const engine of chosen) {
    removed.push(await listedEngine(engine));
    await removeEngine(engine.path);
  }
  if (json) process.stdout.write(`${JSON.stringify(removed, null, 2)}\n`);
  else for (const engine of removed) process.stdout.write(`removed ${engine.name}\n`);
}

async function listedEngine({path: folder, record, unusable}: InstalledEngine): Promise<ListedEngine> {
  return {
    name: path.basename(folder),
    path: folder,
    bytes: await bytesBelow(folder),
    usable: unusable === undefined,
    ...(unusable === undefined ? {} : {unusable}),
    record,
  };
}
