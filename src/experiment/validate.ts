import {existsSync} from 'node:fs';
import {downloadLines, noticeLines} from '../report/download-lines.js';
import {type Diagnostic, SpecError} from '../spec/diagnostic.js';
import {ExpError} from '../support/errors.js';
import {type LoadedExperiment, loadExperiment} from './load.js';
import {membersOf} from './members.js';

/** Looks at specs that are no experiments. @returns undefined for others */
export type OtherReport = (
  path: string,
  overrides: readonly string[],
  runsDir: string | undefined,
) => Promise<Extract<SpecReport, {valid: true}> | undefined>;

/** How many trials a sweep has; without their number where only a time or a target ends it. */
export interface SweepSize {
  readonly numTrials?: number;
  readonly numPoints?: number;
  readonly numSeeds: number;
}

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
      readonly valid: true;
      readonly warnings: readonly string[];
      readonly sweep: SweepSize;
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
 * @param other is asked first
 */
export async function validateSpecs(
  words: readonly string[],
  runsDir?: string,
  other?: OtherReport,
): Promise<readonly SpecReport[]> {
  const isOverride = (word: string): boolean => word.includes('=') && !existsSync(word);
  const overrides = words.filter(isOverride);
  const paths = words.filter((word) => !isOverride(word));
  if (paths.length === 0)
    throw new ExpError('USAGE', 'no spec is given, only overrides', 'exp validate SPEC… [key=value…]');
  const reports: SpecReport[] = [];
  for (const path of paths) reports.push(await reportOf(path, overrides, runsDir, other));
  return reports;
}

async function reportOf(
  path: string,
  overrides: readonly string[],
  runsDir: string | undefined,
  other: OtherReport | undefined,
): Promise<SpecReport> {
  try {
    const told = await other?.(path, overrides, runsDir);
    if (told) return told;
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
  const blocks = reports.map((report) => {
    if (!report.valid)
      return `✗ ${report.message.startsWith(report.path) ? '' : `${report.path}: `}${report.message}${report.hint === undefined ? '' : `\n  ${report.hint}`}\n`;
    const facts =
      'sweep' in report
        ? trialsText(report.sweep)
        : `${count(report.numParameters)} parameters, ${count(report.numTrain)} training examples${report.numRuns > 1 ? `, ${count(report.numRuns)} runs` : ''}`;
    return [`✓ ${report.path}: ${facts}`, ...report.warnings.map((warning) => `  warning: ${warning}`)].join('\n');
  });
  const numBad = reports.filter(({valid}) => !valid).length;
  const specs = reports.length === 1 ? '1 spec' : `${reports.length} specs`;
  return [...blocks, numBad === 0 ? `${specs}, all valid` : `${specs}, ${numBad} with mistakes`].join('\n');
}

const count = (n: number): string => n.toLocaleString('en-US');

/** `a sweep of 18 trials: 9 points with 2 seeds`. */
function trialsText({numTrials, numPoints, numSeeds}: SweepSize): string {
  if (numTrials === undefined || numPoints === undefined) return 'a sweep without a number of trials';
  const trials = numTrials === 1 ? '1 trial' : `${count(numTrials)} trials`;
  const points = numPoints === 1 ? '1 point' : `${count(numPoints)} points`;
  return `a sweep of ${trials}${numSeeds > 1 ? `: ${points} with ${count(numSeeds)} seeds` : ''}`;
}
