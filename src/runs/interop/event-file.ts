import {closeSync, existsSync, mkdirSync, openSync, readFileSync, writeSync} from 'node:fs';
import {hostname} from 'node:os';
import path from 'node:path';
import {writeFileAtomically} from '../../support/atomic-file.js';
import {runFiles} from '../layout.js';
import type {Run} from '../run.js';
import {writing} from '../unwritable.js';
import {
  type HparamValue,
  restartRecord,
  type SessionStatus,
  scalarRecord,
  sessionEndRecord,
  sessionStartRecord,
  textRecord,
  versionRecord,
} from './event-records.js';
import {type ScalarMoment, scalarsOf, secondsOf} from './scalars.js';

/** What stands in front of a run's numbers. */
export interface EventHeader {
  readonly startSeconds: number;
  readonly hparams: ReadonlyMap<string, HparamValue>;
  /** The same for runs that differ in seed or fold only. */
  readonly groupName: string;
  /** The spec as written. */
  readonly specText: string | undefined;
}

const headerRecords = ({startSeconds, hparams, groupName, specText}: EventHeader): readonly Uint8Array[] => [
  versionRecord(startSeconds),
  sessionStartRecord(hparams, {groupName, startSeconds}),
  ...(specText === undefined ? [] : [textRecord('spec', `\`\`\`yaml\n${specText}\n\`\`\``, startSeconds)]),
];

/**
 * Writes what a run has measured into `LOGDIR/RUN/` as one event file. Its name follows from the run, so writing it again replaces it and
 * nothing is counted twice.
 * @returns path of the file, and how many numbers are in it
 * @throws ExpError RUN_UNWRITABLE
 */
export function writeEventFile(
  run: Run,
  logFolder: string,
  hparams: ReadonlyMap<string, HparamValue>,
): {readonly path: string; readonly numScalars: number} {
  const moments = scalarsOf(run);
  const startSeconds = secondsOf(run.startedAt) ?? moments[0]?.wallSeconds ?? 0;
  const header: EventHeader = {
    startSeconds,
    hparams,
    groupName: run.group?.id ?? run.key,
    specText: specTextOf(run),
  };
  const endSeconds = secondsOf(run.summary?.finishedAt ?? run.status?.endedAt ?? run.status?.heartbeatAt);
  const records = [
    ...headerRecords(header),
    ...moments.map(scalarRecord),
    sessionEndRecord(sessionStatuses[run.state] ?? 'unknown', endSeconds ?? startSeconds),
  ];
  const folder = path.join(logFolder, run.key);
  const file = path.join(folder, `events.out.tfevents.${Math.floor(startSeconds)}.exp`);
  writing(file, () => {
    mkdirSync(folder, {recursive: true});
    writeFileAtomically(file, Buffer.concat(records));
  });
  return {path: file, numScalars: moments.reduce((sum, {values}) => sum + Object.keys(values).length, 0)};
}

const sessionStatuses: Readonly<Record<string, SessionStatus>> = {
  finished: 'success',
  running: 'running',
  failed: 'failure',
  diverged: 'failure',
  crashed: 'failure',
  interrupted: 'failure',
};

/** The spec of a run as written, where it is there. */
export function specTextOf(run: Run): string | undefined {
  const file = path.join(run.path, runFiles.spec);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** How long numbers are held back at most. */
const flushMillis = 2000;

/** An event file that grows while a run trains, in the run's own folder. */
export class LiveEventFile {
  readonly path: string;
  readonly #descriptor: number;
  #held: Uint8Array[] = [];
  #flushedAt = performance.now();

  /** @throws ExpError RUN_UNWRITABLE */
  constructor(folder: string, header: EventHeader) {
    const name = `events.out.tfevents.${Math.floor(header.startSeconds)}.${hostname()}.${process.pid}`;
    this.path = path.join(folder, name);
    this.#descriptor = writing(this.path, () => openSync(this.path, 'a'));
    this.#held.push(...headerRecords(header));
    this.flush();
  }

  /** Training goes on behind this step, whatever an earlier file of the folder says. */
  restart(step: number): void {
    this.#held.push(restartRecord(nowSeconds(), step));
  }

  /** @throws ExpError RUN_UNWRITABLE, now or at a later call */
  append(step: number, values: ScalarMoment['values']): void {
    this.#held.push(scalarRecord({step, wallSeconds: nowSeconds(), values}));
    if (performance.now() - this.#flushedAt > flushMillis) this.flush();
  }

  end(status: SessionStatus): void {
    this.#held.push(sessionEndRecord(status, nowSeconds()));
    this.flush();
  }

  flush(): void {
    const bytes = Buffer.concat(this.#held);
    this.#held = [];
    this.#flushedAt = performance.now();
    writing(this.path, () => {
      for (let offset = 0; offset < bytes.length; ) offset += writeSync(this.#descriptor, bytes, offset);
    });
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

const nowSeconds = (): number => Date.now() / 1000;
