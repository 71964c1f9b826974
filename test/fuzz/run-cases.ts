import {cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {compareRuns} from '../../src/comparison/compare.js';
import {comparedRun} from '../../src/comparison/compared-run.js';
import {curvesOf} from '../../src/comparison/curves.js';
import {diffRuns} from '../../src/comparison/diff.js';
import {loadExperiment} from '../../src/experiment/load.js';
import {runExperiment} from '../../src/experiment/run.js';
import {openSavedRun} from '../../src/experiment/saved-run.js';
import {diffScreen} from '../../src/report/diff-screen.js';
import {listingOf, renderRunList} from '../../src/report/run-list.js';
import {renderRun, reportOf} from '../../src/report/run-screen.js';
import {plainSink} from '../../src/report/sink.js';
import {listRuns} from '../../src/runs/find-runs.js';
import {readSavedWeights} from '../../src/runs/saved-weights.js';
import {readTables} from '../../src/runs/tables.js';
import {ExpError} from '../../src/support/errors.js';
import {Draw} from './draw.js';
import {mutateBytes, placesOf, valueAt} from './mutate.js';
import type {Verdict} from './spec-oracle.js';

/** A finished run and what it takes to damage a copy of it. */
export class RunFolders {
  readonly whole: string;
  readonly runsDir: string;
  readonly damaged: string;
  /** Relative to the run folder. */
  readonly files: readonly string[];

  private constructor(
    readonly root: string,
    finished: string,
  ) {
    this.whole = finished;
    this.runsDir = path.join(root, 'runs');
    this.damaged = path.join(this.runsDir, 'damaged');
    mkdirSync(this.runsDir, {recursive: true});
    cpSync(finished, path.join(this.runsDir, 'whole'), {recursive: true});
    cpSync(finished, this.damaged, {recursive: true});
    this.files = readdirSync(finished, {recursive: true, encoding: 'utf8'})
      .filter((name) => /\.(json|yaml|csv|safetensors|bin)$/.test(name))
      .sort();
  }

  static async make(root: string): Promise<RunFolders> {
    mkdirSync(root, {recursive: true});
    const text = readFileSync('experiments/2-iris-mlp.yaml', 'utf8');
    const overrides = ['training.epochs=3', 'training.metrics=[accuracy, confusionMatrix]'];
    const loaded = await loadExperiment({text, path: path.join(root, 'iris.yaml')}, {overrides});
    const ending = await runExperiment(loaded, {runsDir: path.join(root, 'made')});
    return new RunFolders(root, ending.path!);
  }

  /** Damages one file of the copy, reads the folder in every way, and mends it again. */
  async judge(number: number): Promise<Verdict> {
    const draw = new Draw(number, 'run');
    const name = draw.pick(this.files);
    const file = path.join(this.damaged, name);
    const bytes = readFileSync(path.join(this.whole, name));
    rmSync(file);
    if (draw.chance(0.95))
      writeFileSync(
        file,
        draw.chance(0.5) && name.endsWith('.json') ? damagedJson(bytes, draw) : mutateBytes(bytes, draw),
      );
    const start = process.cpuUsage();
    const verdict = await this.read().catch(
      (error: unknown): Verdict => ({wrong: `${name}: ${error instanceof Error ? error.stack : String(error)}`}),
    );
    const {user, system} = process.cpuUsage(start);
    const millis = (user + system) / 1000;
    writeFileSync(file, bytes);
    // An index of the folder is no part of the damage.
    if (millis > 2000) return {wrong: `${name}: took ${Math.round(millis)} ms`};
    if (Object.keys(Object.prototype).length > 0) return {wrong: `${name}: Object.prototype is polluted`};
    return verdict;
  }

  private async read(): Promise<Verdict> {
    const runs = listRuns(this.runsDir);
    if (runs.length !== 2) return {wrong: `lists ${runs.length} runs instead of 2`};
    const sink = plainSink(() => {});
    renderRunList(runs.map(listingOf), sink);
    for (const run of runs) renderRun(reportOf(run), sink);
    const compared = runs.map(comparedRun);
    compareRuns(compared);
    diffScreen(diffRuns(runs[0]!, runs[1]!), sink);
    for (const run of runs) {
      run.timing();
      run.origins();
      run.environment();
      readTables(run.path);
    }
    const refusals = [
      () => curvesOf(compared, {x: 'epoch', smooth: 0, timing: () => []}),
      () => openSavedRun('damaged', this.runsDir),
      ...(['best', 'last', 'model'] as const).map(
        (which) => () => readSavedWeights({path: this.damaged}, which, {isAveraged: false}),
      ),
    ];
    let isRefused = false;
    for (const read of refusals) {
      try {
        await read();
      } catch (error) {
        if (!(error instanceof ExpError)) throw error;
        if (/undefined|\[object /.test(error.message)) return {wrong: error.message};
        isRefused = true;
      }
    }
    return isRefused ? 'refused' : 'valid';
  }
}

/** One value of a file becomes another of any kind. */
function damagedJson(bytes: Uint8Array, draw: Draw): string {
  const tree: unknown = JSON.parse(Buffer.from(bytes).toString());
  const asMaps = toMaps(tree);
  const at = draw.pick(placesOf(asMaps));
  const parent = valueAt(asMaps, at.slice(0, -1));
  const value = draw.anything();
  if (parent instanceof Map) draw.chance(0.2) ? parent.delete(at.at(-1)) : parent.set(at.at(-1), value);
  else (parent as unknown[])[Number(at.at(-1))] = value;
  return toJson(asMaps);
}

function toMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toMaps);
  return typeof value === 'object' && value !== null
    ? new Map(Object.entries(value).map(([key, one]) => [key, toMaps(one)]))
    : value;
}

const toJson = (value: unknown): string => {
  if (value instanceof Map)
    return `{${[...value].map(([key, one]) => `${JSON.stringify(key)}: ${toJson(one)}`).join(',')}}`;
  return Array.isArray(value) ? `[${value.map(toJson).join(',')}]` : (JSON.stringify(value) ?? 'null');
};
