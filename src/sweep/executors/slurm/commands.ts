import {execFile} from 'node:child_process';
import {ExpError} from '../../../support/errors.js';

/** What came of asking Slurm. `silence`: nobody answered, so nothing is known; never to be taken for "there is no such job". */
export type SlurmAnswer =
  | {readonly kind: 'answer'; readonly text: string}
  | {readonly kind: 'refusal'; readonly message: string}
  | {readonly kind: 'silence'; readonly message: string};

export type SlurmProgram = 'sbatch' | 'squeue' | 'scancel' | 'scontrol';

/** Asks Slurm with one of its own commands. */
export type AskSlurm = (program: SlurmProgram, args: readonly string[]) => Promise<SlurmAnswer>;

/** A command whose controller is down tries for 10 s and more before it gives up, some for ever. */
const timeoutMillis = 20_000;

/** What Slurm's commands say when it is not Slurm that refuses, but nobody that hears. */
const unheard =
  /unable to contact|connection (refused|timed out|failure|reset)|socket timed out|zero bytes|unable to establish|standby mode|message (receive|send) failure|insane message|munge|authentication|temporarily unable|could not establish|no route to host|resource temporarily unavailable/i;

/** @throws ExpError EXECUTOR_UNAVAILABLE if the command is not on this machine */
export const askSlurm: AskSlurm = (program, args) =>
  new Promise((resolve, reject) => {
    const options = {timeout: timeoutMillis, killSignal: 'SIGKILL', maxBuffer: 256 * 2 ** 20} as const;
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (!error) {
        resolve({kind: 'answer', text: stdout});
        return;
      }
      if (error.code !== undefined && String(error.code) === 'ENOENT') {
        reject(
          new ExpError(
            'EXECUTOR_UNAVAILABLE',
            `${program} is not on this machine, so nothing can be handed to Slurm`,
            'start the sweep on a login node of the cluster, or use --executor local',
          ),
        );
        return;
      }
      const message = stderr.trim() || `${program} gave no answer within ${timeoutMillis / 1000} s`;
      resolve({kind: error.killed || error.signal || unheard.test(stderr) ? 'silence' : 'refusal', message});
    });
  });
