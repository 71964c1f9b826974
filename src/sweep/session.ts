import {claim} from '../runs/claim.js';
import type {SweepStatus} from '../runs/sweep/records.js';
import {isCoordinated, type SweepFolder} from '../runs/sweep/sweep-folder.js';
import {ExpError} from '../support/errors.js';

const heartbeatMillis = 5000;

type Details = Pick<SweepStatus, 'executor' | 'deadlineAt' | 'shard'>;

/** One process's time with a sweep: from its beginning, or from a resume, to its end. */
export class Session {
  #heartbeatAt = Date.now();

  private constructor(
    readonly folder: SweepFolder,
    readonly number: number,
    readonly startedAt: string,
    readonly details: Details,
  ) {}

  /** @throws ExpError RUN_ALIVE if another process coordinates the sweep */
  static begin(folder: SweepFolder, details: Details): Session {
    const before = folder.status;
    refuseIfAlive(folder, before);
    const {release} = claim(folder.path, {name: 'sweep', numBefore: before?.session ?? 0});
    try {
      const now = folder.status;
      refuseIfAlive(folder, now);
      const session = new Session(folder, (now?.session ?? 0) + 1, new Date().toISOString(), details);
      session.#write('running');
      return session;
    } finally {
      release();
    }
  }

  /** To be called often; writes every few seconds. */
  beat(): void {
    if (Date.now() - this.#heartbeatAt >= heartbeatMillis) this.#write('running');
  }

  /** Its workers are left to themselves. */
  leave(): void {
    this.#write('submitted');
  }

  end(state: Exclude<SweepStatus['state'], 'running' | 'submitted'>, message: string | undefined): void {
    this.#write(state, {endedAt: new Date().toISOString(), ...(message === undefined ? {} : {message})});
  }

  /** As well as it goes: the disk may be what failed. */
  fail(error: unknown): void {
    try {
      this.end('failed', error instanceof Error ? error.message : String(error));
    } catch {
      // status.json still says running; readers see that the process is gone.
    }
  }

  #write(state: SweepStatus['state'], more: Pick<SweepStatus, 'endedAt' | 'message'> = {}): void {
    const {folder, number: session, startedAt, details} = this;
    folder.writeStatus({state, session, ...details, startedAt, ...more});
    this.#heartbeatAt = Date.now();
  }
}

function refuseIfAlive(folder: SweepFolder, status: SweepStatus | undefined): void {
  if (!status || !isCoordinated(status)) return;
  throw new ExpError(
    'RUN_ALIVE',
    `${folder.path} is at work: process ${status.pid} on ${status.host}, last heard of at ${status.heartbeatAt}`,
    `let it go on, or end it first: exp sweep stop ${folder.path}`,
  );
}
