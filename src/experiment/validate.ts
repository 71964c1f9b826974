import {existsSync} from 'node:fs';
import {downloadLines, noticeLines} from '../report/download-lines.js';
import {type Diagnostic, SpecError} from '../spec/diagnostic.js';
import {ExpError} from '../support/errors.js';
import {type LoadedExperiment, loadExperiment} from './load.js';
import {membersOf} from './members.js';

/** What validation says of one spec. */
export type SpecReport =
  | {
      readonly path: string;
      readonly valid: true;
      readonly warnings: readonly string[];
      readonly numParameters: number;
      readonly numTrain: number;
      /** By `seeds` and `kFold`; 1 for most. */
      readonly numRuns: number;
    }
  | {
      readonly path: string;
      readonly valid: false;
      readonly diagnostics: readonly Diagnostic[];
      readonly message: string;
      readonly hint?: string;
    };

/**
 * Checks specs, each with the same overrides, without loading an engine.
 * @param words paths, and `key=value` pairs, as the command line gives them
 * @param runsDir where `model.init` looks for runs
 */
export async function validateSpecs(words: readonly string[], runsDir?: string): Promise<readonly SpecReport[]> {
  const isOverride = (word: string): boolean => word.includes('=') && !existsSync(word);
  const overrides = words.filter(isOverride);
  const paths = words.filter((word) => !isOverride(word));
  if (paths.length === 0)
    throw new ExpError('USAGE', 'no spec is given, only overrides', 'exp validate SPEC… [key=value…]');
  const reports: SpecReport[] = [];
  for (const path of paths) reports.push(await reportOf(path, overrides, runsDir));
  return reports;
}

async function reportOf(path: string, overrides: readonly string[], runsDir?: string): Promise<SpecReport> {
  try {
    const loaded: LoadedExperiment = await loadExperiment(
      {path},
      {overrides, onDownload: downloadLines(process.stderr), notify: noticeLines(process.stderr), runsDir},
    );
    const {warnings, preview} = loaded;
    const numRuns = membersOf(loaded).length;
    const numParameters = preview.layers.reduce((sum, layer) => sum + layer.numParameters, 0);
    return {path, valid: true, warnings, numParameters, numTrain: preview.data.numTrain, numRuns};
  } catch (error) {
    if (!(error instanceof ExpError)) throw error;
    const diagnostics = error instanceof SpecError ? error.diagnostics : [];
    return {
      path,
      valid: false,
      diagnostics,
      message: error.message,
      ...(error.hint === undefined ? {} : {hint: error.hint}),
    };
  }
}

/** The reports as the terminal shows them, mistakes first where they are, a line of sums last. */
export function formatReports(reports: readonly SpecReport[]): string {
  const count = (n: number): string => n.toLocaleString('en-US');
  const blocks = reports.map((report) => {
    if (!report.valid)
      return `✗ ${report.message.startsWith(report.path) ? '' : `${report.path}: `}${report.message}${report.hint === undefined ? '' : `\n  ${report.hint}`}\n`;
    const facts = `${count(report.numParameters)} parameters, ${count(report.numTrain)} training examples${report.numRuns > 1 ? `, ${count(report.numRuns)} runs` : ''}`;
    return [`✓ ${report.path}: ${facts}`, ...report.warnings.map((warning) => `  warning: ${warning}`)].join('\n');
  });
  const numBad = reports.filter(({valid}) => !valid).length;
  const specs = reports.length === 1 ? '1 spec' : `${reports.length} specs`;
  return [...blocks, numBad === 0 ? `${specs}, all valid` : `${specs}, ${numBad} with mistakes`].join('\n');
}
