import {existsSync, readdirSync, readFileSync, renameSync, rmSync} from 'node:fs';
import path from 'node:path';
import {previousSuffix, replaceFolder} from './checkpoint.js';
import {checkpointFiles} from './layout.js';
import {writing} from './unwritable.js';

const best = 'best';
const folderOf = (step: number): string => `${best}-${step}`;

/**
 * Puts a finished folder where it belongs among the best checkpoints: `best` is the best one, the others are `best-STEP`. The one that
 * was `best` stays, under its step, until {@link forgetOthers}.
 * @param kept steps of the best ones, the best first; `step` is among them
 */
export async function placeBest(
  checkpoints: string,
  temporary: string,
  step: number,
  kept: readonly number[],
): Promise<void> {
  const target = path.join(checkpoints, step === kept[0] ? best : folderOf(step));
  await replaceFolder(temporary, target);
  writing(checkpoints, () => settle(checkpoints));
}

/** Removes the best checkpoints that are no longer among the best. */
export function forgetOthers(checkpoints: string, kept: readonly number[]): void {
  writing(checkpoints, () => {
    for (const {name, step} of bestFolders(checkpoints)) {
      if (name === best || (step !== undefined && kept.includes(step))) continue;
      rmSync(path.join(checkpoints, name), {recursive: true, force: true});
    }
  });
}

/**
 * Makes the best checkpoints those of the moment that a run is resumed from: later ones go, and what was the best is `best` again.
 * A later `best` stays if what it replaced is gone; resumed training comes by it again.
 */
export function restoreBests(checkpoints: string, kept: readonly number[]): void {
  if (!existsSync(checkpoints)) return;
  writing(checkpoints, () => {
    settle(checkpoints);
    const [first] = kept;
    const current = stepOf(path.join(checkpoints, best));
    const [target, source] = [path.join(checkpoints, best), path.join(checkpoints, folderOf(first ?? -1))];
    if (first !== undefined && current !== first && existsSync(source)) {
      rmSync(target, {recursive: true, force: true});
      renameSync(source, target);
    }
    if (first === undefined) rmSync(target, {recursive: true, force: true});
  });
  forgetOthers(checkpoints, kept);
}

/** `best.previous` → `best-STEP`, or `best` again if the process died between two renames. */
function settle(checkpoints: string): void {
  for (const {name} of bestFolders(checkpoints)) {
    if (!name.endsWith(previousSuffix)) continue;
    const [folder, current] = [
      path.join(checkpoints, name),
      path.join(checkpoints, name.slice(0, -previousSuffix.length)),
    ];
    const step = stepOf(folder);
    const target = existsSync(current) && step !== undefined ? path.join(checkpoints, folderOf(step)) : current;
    if (existsSync(target) || (existsSync(current) && stepOf(current) === step))
      rmSync(folder, {recursive: true, force: true});
    else renameSync(folder, target);
  }
}

/** Half-written ones are left to the next writer of their name. */
function bestFolders(checkpoints: string): readonly {readonly name: string; readonly step: number | undefined}[] {
  const names = existsSync(checkpoints) ? readdirSync(checkpoints) : [];
  return names
    .filter((name) => name === best || name.startsWith(`${best}-`) || name === best + previousSuffix)
    .map((name) => ({name, step: stepOf(path.join(checkpoints, name))}));
}

/** Undefined for a folder that does not say. */
function stepOf(folder: string): number | undefined {
  try {
    const {step}: {step?: unknown} = JSON.parse(readFileSync(path.join(folder, checkpointFiles.state), 'utf8'));
    return typeof step === 'number' ? step : undefined;
  } catch {
    return undefined;
  }
}
