import {isDeepStrictEqual} from 'node:util';
import {stringify} from 'yaml';
import {loadExperiment} from '../../src/experiment/load.js';
import {type Diagnostic, SpecError} from '../../src/spec/diagnostic.js';
import {ExpError} from '../../src/support/errors.js';
import type {SpecCase, SpecFolder} from './spec-cases.js';

export type Verdict = 'valid' | 'refused' | {readonly wrong: string};

/** Of processor time: a machine that is busy with something else makes nothing slow. */
export const slowMillis = 2000;
/** What is said of a file as a whole. */
const aboutTheFile =
  / (?:is a folder|is \d+ KiB large|is UTF-16|does not exist|is not UTF-8 text: line \d+|is not a text file: .* line \d+)/;
const leaks = /undefined|\[object |\bNaN px|function \(|=> |at .*\.ts:\d+/;
const maxMessage = 400_000;

/**
 * Loads a case as `exp validate` does.
 * @param isThorough whether a valid spec is also written out and loaded again
 */
export async function judge(folder: SpecFolder, given: SpecCase, isThorough: boolean): Promise<Verdict> {
  return folder.with(given, async (path) => {
    const start = process.cpuUsage();
    const verdict = await load(path, given, isThorough);
    const {user, system} = process.cpuUsage(start);
    const millis = (user + system) / 1000;
    if (millis > slowMillis) return {wrong: `took ${Math.round(millis)} ms`};
    if (Object.keys(Object.prototype).length > 0 || ({} as {polluted?: unknown}).polluted !== undefined)
      return {wrong: 'Object.prototype is polluted'};
    return verdict;
  });
}

async function load(path: string, given: SpecCase, isThorough: boolean): Promise<Verdict> {
  const {overrides} = given;
  const env = {HOME: '/home/somebody', EXP_RUNS_DIR: '/nowhere/runs'};
  try {
    const loaded = await loadExperiment({path}, {overrides, env});
    if (!isThorough || loaded.spec.model.init !== undefined) return 'valid';
    const text = stringify(loaded.resolved).replaceAll('${', '$${');
    const again = await loadExperiment({path, text}, {env});
    return isDeepStrictEqual(again.resolved, loaded.resolved) ? 'valid' : {wrong: 'resolved.yaml means something else'};
  } catch (error) {
    if (!(error instanceof ExpError)) return {wrong: `crash: ${error instanceof Error ? error.stack : String(error)}`};
    return judgeError(error, given);
  }
}

function judgeError(error: ExpError, {overrides, bytes, others}: SpecCase): Verdict {
  // The YAML library, which writes the cases, itself writes the word when it folds some texts.
  const written = [bytes, ...others.values()].some((one) => Buffer.from(one).includes('undefined'));
  const text = `${error.message}\n${error.hint ?? ''}`;
  if (!written && leaks.test(text)) return {wrong: `leaks: ${text}`};
  if (text.length > maxMessage) return {wrong: `a message of ${text.length} characters`};
  if (/[^\P{Cc}\n\t]/u.test(text)) return {wrong: 'control characters'};
  if (!(error instanceof SpecError)) return aboutTheFile.test(error.message) ? 'refused' : {wrong: `no place: ${text}`};
  for (const diagnostic of error.diagnostics) {
    const wrong = wrongWith(diagnostic, overrides);
    if (wrong !== undefined) return {wrong: `${wrong}: ${JSON.stringify(diagnostic)}`};
  }
  return error.diagnostics.length > 0 ? 'refused' : {wrong: 'no diagnostics'};
}

function wrongWith({file, line, col, message, frame}: Diagnostic, overrides: readonly string[]): string | undefined {
  if (!(line >= 1) || !(col >= 1)) return 'no position';
  if (file === '<override>' ? overrides.length === 0 : file === '') return 'an unknown file';
  if (message.trim() === '') return 'an empty message';
  const [shown = '', caret = '', ...more] = frame.split('\n');
  if (more.length > 0) return 'a frame of several lines';
  const [, before, carets] = /^ +│ ( *)(\^+)$/.exec(caret) ?? [];
  if (before === undefined || carets === undefined) return 'no caret';
  const text = shown.slice(shown.indexOf('│') + 2);
  // Wide characters take two columns; the start of the caret may be one behind the end.
  const isPlain = /^[\x20-\x7e…]*$/.test(text);
  if (isPlain && before.length > text.length + 1) return 'a caret beyond the line';
  if (isPlain && before.length + carets.length > Math.max(text.length, before.length) + 1)
    return 'a caret that leaves the line';
  return undefined;
}
