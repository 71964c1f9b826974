import {type ChildProcess, execFile, execFileSync, spawn} from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {hostname, tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {promisify} from 'node:util';

/** Why tests that need a cluster are skipped here; undefined where one can be brought up. */
export const whyNoCluster: string | undefined = (() => {
  if (process.getuid?.() !== 0) return 'a Slurm cluster can only be brought up by root';
  const missing = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'setpriv'].find((program) => !isInstalled(program));
  return missing === undefined
    ? undefined
    : `${missing} is not installed (apt-get install slurmctld slurmd slurm-client munge)`;
})();

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(path.join(folder, program)));
}

export type NodeName = 'n1' | 'n2';
export const nodeNames: readonly NodeName[] = ['n1', 'n2'];

/** What jobcomp/filetxt says of a task that is over. */
export interface CompletedTask {
  readonly job: string;
  readonly name: string;
  readonly state: string;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/**
 * A Slurm cluster of two nodes on the loopback of this machine: munged, slurmctld and two slurmd out of Debian's packages, everything they
 * write in one temporary folder. Nothing listens on another address, and every process ends with the one that started it.
 */
export class SlurmCluster {
  private readonly daemons = new Map<string, ChildProcess>();

  private constructor(
    readonly folder: string,
    private readonly ports: readonly number[],
    private readonly nodeTimeoutSeconds: number,
  ) {}

  /**
   * @param options.nodeTimeoutSeconds after which a node that does not answer is down and its tasks are requeued
   * @returns when both nodes are idle
   */
  static async start({nodeTimeoutSeconds = 6}: {readonly nodeTimeoutSeconds?: number} = {}): Promise<SlurmCluster> {
    const folder = mkdtempSync(path.join(tmpdir(), 'slurm-'));
    chmodSync(folder, 0o755);
    const cluster = new SlurmCluster(folder, await freePorts(3), nodeTimeoutSeconds);
    process.once('exit', () => cluster.killEverything());
    try {
      cluster.writeConfiguration();
      await cluster.startMunge();
      cluster.startController();
      for (const node of nodeNames) cluster.startNode(node);
      await cluster.untilIdle();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** With this, the plain commands of Slurm speak to this cluster. */
  get environment(): {readonly SLURM_CONF: string} {
    return {SLURM_CONF: path.join(this.folder, 'slurm.conf')};
  }

  /** @returns what the command prints, trimmed */
  async run(program: string, ...args: string[]): Promise<string> {
    const env = {...process.env, ...this.environment};
    const {stdout} = await promisify(execFile)(program, args, {env, timeout: 20_000});
    return stdout.trim();
  }

  startController(): void {
    this.startDaemon('slurmctld', 'slurmctld', '-D', '-f', this.environment.SLURM_CONF);
  }

  startNode(node: NodeName): void {
    this.startDaemon(node, 'slurmd', '-D', '-f', this.environment.SLURM_CONF, '-N', node);
  }

  /** As if its daemons were gone at once; the jobs' own processes go on, and nobody watches them. */
  async killNode(node: NodeName): Promise<void> {
    const jobs = this.processes().filter(({environment}) => environment.includes(`SLURMD_NODENAME=${node}\0`));
    const parents = new Set(jobs.map(({pid}) => parentOf(pid)));
    const daemon = this.daemons.get(node);
    if (daemon) await end(daemon, 'SIGKILL');
    const steps = [...parents].flatMap((pid) =>
      pid !== undefined && commandOf(pid).startsWith('slurmstepd') ? [pid] : [],
    );
    for (const pid of steps) kill(pid, 'SIGKILL');
    // Of one that is dead but not taken notice of, the command is empty too.
    await this.until('the steps are gone', async () => steps.every((pid) => commandOf(pid) === ''), 10);
  }

  async killController(): Promise<void> {
    const daemon = this.daemons.get('slurmctld');
    if (daemon) await end(daemon, 'SIGKILL');
  }

  async untilIdle(): Promise<void> {
    await this.until(
      'both nodes are idle',
      async () => (await this.run('sinfo', '-h', '-p', 'main', '-o', '%T')) === 'idle',
    );
  }

  /** @throws Error with the daemons' logs if `isSo` does not come true, or only throws, for `seconds` */
  async until(what: string, isSo: () => Promise<boolean>, seconds = 30): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    let failure: unknown;
    while (Date.now() < deadline) {
      try {
        if (await isSo()) return;
      } catch (error) {
        failure = error;
      }
      await sleep(100);
    }
    throw new Error(`after ${seconds} s it is not so that ${what}\n${failure ?? ''}\n${this.logs()}`);
  }

  /** Of every job that is over, also long after squeue has forgotten it. */
  completed(): readonly CompletedTask[] {
    const file = path.join(this.folder, 'log', 'jobcomp.log');
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const fields = Object.fromEntries(line.split(' ').map((field) => field.split(/=(.*)/s, 2)));
        return {
          job: `${fields.JobId}`,
          name: `${fields.Name}`,
          state: `${fields.JobState}`,
          startedAt: new Date(fields.StartTime),
          endedAt: new Date(fields.EndTime),
        };
      });
  }

  /** The end of what each daemon has to say, for messages. */
  logs(): string {
    const folder = path.join(this.folder, 'log');
    return readdirSync(folder)
      .map((name) => `--- ${name}\n${readFileSync(path.join(folder, name), 'utf8').slice(-1000)}`)
      .join('\n');
  }

  /** Jobs first, then slurmd, slurmctld and munged; nothing of the cluster is left afterwards. */
  async stop(): Promise<void> {
    for (const name of [...nodeNames, 'slurmctld', 'munged']) {
      const daemon = this.daemons.get(name);
      if (daemon) await end(daemon, 'SIGKILL');
    }
    this.killEverything();
    rmSync(this.folder, {recursive: true, force: true, maxRetries: 5, retryDelay: 100});
  }

  private writeConfiguration(): void {
    for (const name of ['state', 'log', 'run', 'spool-n1', 'spool-n2', 'munge/key', 'munge/run'])
      mkdirSync(path.join(this.folder, name), {recursive: true});
    const [controller, ...ofNodes] = this.ports;
    const host = hostname().split('.')[0];
    const at = (name: string): string => path.join(this.folder, name);
    const nodes = nodeNames.map(
      (name, index) =>
        `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ofNodes[index]} CPUs=2 RealMemory=4000 State=UNKNOWN`,
    );
    const lines = [
      'ClusterName=exp',
      `SlurmctldHost=${host}(127.0.0.1)`,
      'SlurmUser=root',
      'SlurmdUser=root',
      'AuthType=auth/munge',
      `AuthInfo=socket=${at('munge/run/munge.socket')}`,
      'CredType=cred/munge',
      `SlurmctldPort=${controller}`,
      'CommunicationParameters=NoCtldInAddrAny,NoInAddrAny',
      `StateSaveLocation=${at('state')}`,
      `SlurmdSpoolDir=${at('spool-%n')}`,
      `SlurmctldPidFile=${at('run/slurmctld.pid')}`,
      `SlurmdPidFile=${at('run/slurmd-%n.pid')}`,
      `SlurmctldLogFile=${at('log/slurmctld.log')}`,
      `SlurmdLogFile=${at('log/slurmd-%n.log')}`,
      'ProctrackType=proctrack/linuxproc',
      'TaskPlugin=task/none',
      'JobAcctGatherType=jobacct_gather/none',
      'AccountingStorageType=accounting_storage/none',
      'JobCompType=jobcomp/filetxt',
      `JobCompLoc=${at('log/jobcomp.log')}`,
      'MpiDefault=none',
      'SelectType=select/cons_tres',
      'SelectTypeParameters=CR_Core_Memory',
      'DefMemPerCPU=500',
      'ReturnToService=2',
      `SlurmdTimeout=${this.nodeTimeoutSeconds}`,
      'SlurmctldTimeout=30',
      'KillWait=5',
      'SchedulerParameters=batch_sched_delay=0,sched_min_interval=0',
      'SlurmdParameters=config_overrides',
      ...nodes,
      // A job of `urgent` takes the place of jobs of `main`, which are given notice with the signal of their choice and 20 s.
      'PreemptType=preempt/partition_prio',
      'PreemptMode=REQUEUE',
      'SlurmctldParameters=preempt_send_user_signal',
      'PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP PriorityTier=1 GraceTime=20',
      'PartitionName=urgent Nodes=n1,n2 MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF',
    ];
    writeFileSync(at('slurm.conf'), `${lines.join('\n')}\n`);
  }

  private async startMunge(): Promise<void> {
    const munge = path.join(this.folder, 'munge');
    const key = path.join(munge, 'key', 'munge.key');
    execFileSync('dd', ['if=/dev/urandom', `of=${key}`, 'bs=1024', 'count=1', 'status=none']);
    execFileSync('chown', ['-R', 'munge:munge', munge]);
    chmodSync(munge, 0o711);
    chmodSync(path.join(munge, 'run'), 0o711);
    chmodSync(path.join(munge, 'key'), 0o700);
    chmodSync(key, 0o400);
    const socket = path.join(munge, 'run', 'munge.socket');
    this.startDaemon(
      'munged',
      ...['--reuid=munge', '--regid=munge', '--clear-groups', 'munged', '--foreground'],
      ...[`--key-file=${key}`, `--socket=${socket}`, `--pid-file=${path.join(munge, 'run', 'munged.pid')}`],
      ...[
        `--log-file=${path.join(munge, 'key', 'munged.log')}`,
        `--seed-file=${path.join(munge, 'key', 'munged.seed')}`,
      ],
    );
    await this.until('munged listens', async () => existsSync(socket), 10);
  }

  /** `setpriv` ends it with this process, however that ends; it is set last, since a change of the user clears it. */
  private startDaemon(name: string, ...command: string[]): void {
    const log = openSync(path.join(this.folder, 'log', `${name}.out`), 'a');
    const env = {
      ...process.env,
      ...this.environment,
      ...(nodeNames.some((node) => node === name) ? {SLURM_NODE: name} : {}),
    };
    this.daemons.set(
      name,
      spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {stdio: ['ignore', log, log], env, cwd: this.folder}),
    );
  }

  /** All that carry this cluster in their environment: daemons, steps and jobs, also those that nobody watches any more. */
  private processes(): readonly {readonly pid: number; readonly environment: string}[] {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
      .flatMap((pid) => {
        try {
          const environment = `${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`;
          return environment.includes(`SLURM_CONF=${this.environment.SLURM_CONF}\0`) ? [{pid, environment}] : [];
        } catch {
          return []; // it has ended meanwhile
        }
      });
  }

  private killEverything(): void {
    for (const daemon of this.daemons.values())
      if (daemon.pid !== undefined && daemon.exitCode === null && daemon.signalCode === null)
        kill(daemon.pid, 'SIGKILL');
    for (const {pid} of this.processes()) kill(pid, 'SIGKILL');
  }
}

/** The name of its program, for slurmstepd with the number of its job; empty if it has ended. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended meanwhile
  }
}

async function end(daemon: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill(signal);
  await ended;
}

/** Open at the same time, so that they differ. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({length: count}, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
