import {type ChildProcess, spawn} from 'node:child_process';
import {closeSync, openSync, readFileSync} from 'node:fs';
import {hostname} from 'node:os';
import path from 'node:path';
import type {Accelerator} from '../../../engine/pinning.js';
import {formatBytes} from '../../../report/format.js';
import type {AttemptHolder} from '../../../runs/sweep/attempts.js';
import {writing} from '../../../runs/unwritable.js';
import type {Executor, TaskEnd, TaskHandle, TaskState, WorkerTask} from '../executor.js';
import {workerCommand} from '../worker-command.js';
import {allowedCores, coresOfSlot} from './cores.js';
import {deviceOfSlot} from './divide-accelerators.js';

export interface LocalOptions {
  /** The sweep's folder, and that of the workers' logs in it. */
  readonly folder: string;
  readonly logs: string;
  /** Workers at the same time. */
  readonly parallel: number;
  /** Cores of each. */
  readonly threads: number;
  /** A worker with more resident memory than this is killed. */
  readonly memoryLimitBytes?: number | undefined;
  /** GPUs that the workers are given, one each. */
  readonly accelerators?: readonly Accelerator[];
}

interface Child {
  readonly process: ChildProcess;
  readonly log: string;
  state: TaskState;
  end?: TaskEnd;
  error?: NonNullable<TaskEnd['error']>;
  /** We ended it. */
  killedFor?: string;
}

const memoryMillis = 500;

/** Workers as processes of this machine. Each trains one trial after another, so that only the first one pays for the start. */
export class LocalExecutor implements Executor {
  readonly pollMillis = 50;
  readonly outlivesUs = false;
  readonly #children = new Map<string, Child>();
  readonly #cores = allowedCores();
  #memoryLookedAt = 0;

  constructor(readonly options: LocalOptions) {}

  async submit(tasks: readonly WorkerTask[]): Promise<readonly TaskHandle[]> {
    return tasks.map((task) => this.#start(task));
  }

  async poll(handles: readonly TaskHandle[]): Promise<ReadonlyMap<string, TaskState>> {
    this.#limitMemory();
    return new Map(handles.map(({id}) => [id, this.#children.get(id)?.state ?? 'lost']));
  }

  endOf({id}: TaskHandle): TaskEnd | undefined {
    return this.#children.get(id)?.end;
  }

  isHolder({id}: TaskHandle, {pid, host}: AttemptHolder): boolean {
    return String(pid) === id && host === hostname();
  }

  async cancel(handles: readonly TaskHandle[]): Promise<void> {
    for (const {id} of handles) {
      const child = this.#children.get(id);
      if (child?.state === 'running') child.process.kill('SIGTERM');
    }
  }

  /** Workers of an earlier process end when they lose it; none is taken over. */
  async reconcile(): Promise<readonly TaskHandle[]> {
    return [];
  }

  #start(task: WorkerTask): TaskHandle {
    const {folder, logs, parallel, threads, accelerators = []} = this.options;
    const own = deviceOfSlot(accelerators, task.slot);
    const [program, ...rest] = workerCommand(folder, {...task, ...(own ? {device: own.device} : {})}) as [
      string,
      ...string[],
    ];
    const cores = coresOfSlot(this.#cores, {slot: task.slot, parallel, threads});
    const command: [string, ...string[]] =
      cores === undefined ? [program, ...rest] : ['taskset', '-c', cores, program, ...rest];
    const log = path.join(logs, `worker-${task.slot}.log`);
    const descriptor = writing(log, () => openSync(log, 'a'));
    // In a process group of its own: a Ctrl-C in the terminal reaches this process alone, which tells its workers once.
    const started = spawn(command[0], command.slice(1), {
      stdio: ['ignore', descriptor, descriptor, 'ipc'],
      detached: true,
      env: {...process.env, ...own?.environment},
    });
    closeSync(descriptor);
    const child: Child = {process: started, log, state: 'running'};
    const id = String(started.pid ?? `none-${task.slot}`);
    this.#children.set(id, child);
    started.on('message', (message) => {
      if (typeof message === 'object' && message !== null && 'error' in message) {
        child.error = message.error as NonNullable<TaskEnd['error']>;
      }
    });
    started.on('error', (error) => finish(child, `could not be started: ${error.message}`));
    started.on('exit', (code, signal) => finish(child, describeExit(code, signal), code));
    return {task, id};
  }

  #limitMemory(): void {
    const {memoryLimitBytes} = this.options;
    if (memoryLimitBytes === undefined || Date.now() - this.#memoryLookedAt < memoryMillis) return;
    this.#memoryLookedAt = Date.now();
    for (const child of this.#children.values()) {
      const bytes = child.state === 'running' ? residentBytes(child.process.pid) : 0;
      if (bytes <= memoryLimitBytes) continue;
      child.killedFor = `took ${formatBytes(bytes)} of memory; memoryLimit is ${formatBytes(memoryLimitBytes)}`;
      child.process.kill('SIGKILL');
    }
  }
}

const interrupted = 130;

function finish(child: Child, how: string, code: number | null = null): void {
  if (child.state !== 'running') return;
  if (code === 0 || code === interrupted) {
    child.state = 'done';
    return;
  }
  child.state = 'failed';
  const {killedFor, error} = child;
  const message = killedFor ?? error?.message ?? `${how}; see ${child.log}`;
  child.end = {message, ...(error ? {error} : {}), ...(killedFor === undefined ? {} : {isFailure: true})};
}

const describeExit = (code: number | null, signal: NodeJS.Signals | null): string =>
  signal === null
    ? `its process ended with ${code}`
    : `its process was killed by ${signal}${signal === 'SIGKILL' ? ' (the system does so when memory runs out)' : ''}`;

/** 0 where the system does not say. */
function residentBytes(pid: number | undefined): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
