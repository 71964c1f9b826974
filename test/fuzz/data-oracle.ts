import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {DataSpecError} from '../../src/data/data-error.js';
import {ExpError} from '../../src/support/errors.js';
import type {DataFormat} from './data-cases.js';
import {Draw} from './draw.js';
import {mutateBytes} from './mutate.js';
import type {Verdict} from './spec-oracle.js';

const slowMillis = 2000;
/** What one damaged file of a few kilobytes may take on top of what is there already. */
const maxGrowthBytes = 300e6;
const leaks = /undefined|\[object |function \(|at .*\.ts:\d+/;

/** Damages the file of a format in its folder and reads it. @param number of the case; the same bytes each time */
export async function judgeData(name: string, format: DataFormat, folder: string, number: number): Promise<Verdict> {
  const draw = new Draw(number, name);
  const bytes = format.damage?.(draw) ?? mutateBytes(format.whole, draw);
  writeFileSync(path.join(folder, format.file), bytes);
  const start = process.cpuUsage();
  const before = process.memoryUsage.rss();
  const verdict = await read(format, folder);
  const growth = process.memoryUsage.rss() - before;
  const {user, system} = process.cpuUsage(start);
  const millis = (user + system) / 1000;
  if (millis > slowMillis) return {wrong: `took ${Math.round(millis)} ms`};
  if (growth > maxGrowthBytes) return {wrong: `took ${Math.round(growth / 1e6)} MB`};
  if (Object.keys(Object.prototype).length > 0) return {wrong: 'Object.prototype is polluted'};
  return verdict;
}

async function read(format: DataFormat, folder: string): Promise<Verdict> {
  try {
    await format.read(folder);
    return 'valid';
  } catch (error) {
    if (!(error instanceof ExpError)) return {wrong: `crash: ${error instanceof Error ? error.stack : String(error)}`};
    const text = `${error.message}\n${error.hint ?? ''}`;
    if (leaks.test(text)) return {wrong: `leaks: ${text}`};
    if (text.length > 20_000) return {wrong: `a message of ${text.length} characters`};
    // What does not fit the spec is placed in the spec.
    if (
      !(error instanceof DataSpecError) &&
      !text.includes(path.basename(format.file)) &&
      !text.includes(path.basename(folder))
    )
      return {wrong: `names no file: ${text}`};
    return 'refused';
  }
}
