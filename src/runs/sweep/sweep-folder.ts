import {appendFileSync, existsSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import path from 'node:path';
import {writeFileAtomically} from '../../support/atomic-file.js';
import {ExpError} from '../../support/errors.js';
import {makeFolders} from '../../support/make-folders.js';
import {plainNumbers} from '../../support/plain-numbers.js';
import {withoutSecrets} from '../../support/secrets.js';
import {isAlive, thisProcess} from '../alive.js';
import {makeRunFolder} from '../run-name.js';
import {unwritable, writing} from '../unwritable.js';
import {isSweepFolder} from './is-sweep-folder.js';
import {type SweepFile, sweepFiles} from './layout.js';
import type {StopRequest, SweepPlan, SweepStatus} from './records.js';

/** What a sweep folder holds from its beginning. */
export interface SweepInputs {
  /** sweep.yaml */
  readonly spec: string;
  /** resolved.yaml */
  readonly resolved: string;
  readonly plan: SweepPlan;
}

/** The folder of a sweep: what is written into it besides journals and trials. Every method throws ExpError RUN_UNWRITABLE when the disk refuses. */
export class SweepFolder {
  /** Name of the folder. */
  readonly id: string;

  private constructor(readonly path: string) {
    this.id = path.split(/[\\/]/).at(-1)!;
  }

  /** Makes `<runsDir>/<name>-<stamp>-<letters>` with the inputs in it, the plan last. */
  static create(runsDir: string, inputs: SweepInputs): SweepFolder {
    return fill(new SweepFolder(makeRunFolder(runsDir, inputs.plan.name, new Date(inputs.plan.createdAt))), inputs);
  }

  /** Makes the folder of that name. @throws ExpError USAGE if something is in it */
  static createAt(folder: string, inputs: SweepInputs): SweepFolder {
    try {
      makeFolders(path.resolve(folder));
      const [first] = readdirSync(folder);
      if (first !== undefined) {
        const what = existsSync(path.join(folder, sweepFiles.plan)) ? 'holds a sweep' : `is not empty (${first})`;
        const hint = existsSync(path.join(folder, sweepFiles.plan))
          ? `go on with it: exp sweep --resume ${folder}`
          : 'name a new folder';
        throw new ExpError('USAGE', `${folder} ${what}`, hint);
      }
    } catch (error) {
      throw unwritable(error, folder);
    }
    return fill(new SweepFolder(folder), inputs);
  }

  /** @throws ExpError RUN_NOT_FOUND if there is no sweep in the folder */
  static open(folder: string): SweepFolder {
    if (isSweepFolder(folder))
      return new SweepFolder(path.resolve(folder) === folder ? folder : path.normalize(folder).replace(/[\\/]$/, ''));
    const isFolder = statSync(folder, {throwIfNoEntry: false})?.isDirectory();
    throw new ExpError(
      'RUN_NOT_FOUND',
      isFolder ? `${folder} is not the folder of a sweep` : `${folder} is not there`,
      `a sweep's folder holds ${sweepFiles.plan}; exp ls shows the sweeps there are`,
    );
  }

  fileOf(file: SweepFile): string {
    return path.join(this.path, sweepFiles[file]);
  }

  /** @throws ExpError DATA_INVALID */
  get plan(): SweepPlan {
    const plan = this.#read<SweepPlan>('plan');
    if (plan?.format === 1 && typeof plan.metric === 'object') return plan;
    const message = `${this.fileOf('plan')} is ${plan ? `of format ${JSON.stringify(plan.format)}, which this version does not know` : 'damaged'}`;
    throw new ExpError('DATA_INVALID', message, plan ? 'use the exp that made the sweep' : 'bring it back from a copy');
  }

  get status(): SweepStatus | undefined {
    return this.#read('status');
  }

  get stopRequest(): StopRequest | undefined {
    return this.#read('stop');
  }

  readText(file: SweepFile): string {
    try {
      return readFileSync(this.fileOf(file), 'utf8');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ExpError('DATA_INVALID', `cannot read ${this.fileOf(file)}: ${reason}`, 'bring it back from a copy', {
        cause: error,
      });
    }
  }

  writeText(file: SweepFile, text: string): void {
    const target = this.fileOf(file);
    writing(target, () => writeFileAtomically(target, withoutSecrets(text)));
  }

  /** Renews the heartbeat. */
  writeStatus(status: Omit<SweepStatus, 'heartbeatAt' | 'pid' | 'host' | 'process'>): void {
    this.#write('status', {...status, ...thisProcess(), heartbeatAt: new Date().toISOString()});
  }

  writeSummary(summary: object): void {
    this.#write('summary', summary);
  }

  /** Asks all workers, wherever they are, to end. A request to end at once is not taken back by a milder one. */
  requestStop(request: StopRequest): void {
    if (this.stopRequest?.after !== 'now') this.#write('stop', request);
  }

  clearStop(): void {
    writing(this.path, () => rmSync(this.fileOf('stop'), {force: true}));
  }

  appendLog(name: string, text: string): void {
    const target = path.join(this.fileOf('logs'), name);
    writing(target, () => appendFileSync(target, withoutSecrets(text)));
  }

  #write(file: SweepFile, value: object): void {
    this.writeText(file, `${JSON.stringify(value, plainNumbers, 2)}\n`);
  }

  #read<Value>(file: SweepFile): Value | undefined {
    try {
      return JSON.parse(readFileSync(this.fileOf(file), 'utf8'));
    } catch {
      return undefined;
    }
  }
}

/** Whether the process that coordinates a sweep is there. */
export const isCoordinated = (status: SweepStatus | undefined): boolean =>
  status?.state === 'running' && isAlive(status);

function fill(folder: SweepFolder, {spec, resolved, plan}: SweepInputs): SweepFolder {
  for (const name of ['journal', 'trials', 'logs'] as const) {
    writing(folder.path, () => makeFolders(path.resolve(folder.fileOf(name))));
  }
  folder.writeText('spec', spec);
  folder.writeText('resolved', resolved);
  folder.writeText('plan', `${JSON.stringify(plan, plainNumbers, 2)}\n`);
  return folder;
}
