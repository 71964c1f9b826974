import {ExpError} from '../../../support/errors.js';
import type {SlurmSpec} from '../../section.js';
import type {WorkerTask} from '../executor.js';
import {formatTrials} from '../worker-command.js';
import {requestedOptions, type SbatchOption} from './options.js';
import {shellQuote} from './quote.js';

export interface ArrayJob {
  /** The job's name. */
  readonly name: string;
  readonly spec: SlurmSpec;
  /** By index in the array. */
  readonly tasks: readonly WorkerTask[];
  /** Tasks that may run at once. */
  readonly throttle: number;
  /** Absolute folder of the sweep. */
  readonly sweepFolder: string;
  /** Absolute folder for what tasks leave behind. */
  readonly recordFolder: string;
  /** Where logs go, with Slurm's placeholders. */
  readonly logPattern: string;
  /** Absolute folder that `setup` and the worker begin in. */
  readonly startFolder: string;
  /** Runs exp: node and bin/exp.js, both absolute. */
  readonly command: readonly string[];
}

/** All options of the array, for sbatch: on its command line they outweigh what SBATCH_… variables say, in the script they stand for people. */
export function arrayOptions({name, spec, tasks, throttle, logPattern}: ArrayJob): readonly SbatchOption[] {
  return [
    ['job-name', name],
    ['array', `0-${tasks.length - 1}%${throttle}`],
    ['output', logPattern],
    ['open-mode', 'append'],
    ['signal', `B:USR1@${spec.signalSeconds}`],
    ['requeue', undefined],
    ['nodes', '1'],
    ['ntasks', '1'],
    ...requestedOptions(spec),
  ];
}

/**
 * The script of an array: each task runs one worker. Slurm's notice (USR1, ahead of a pre-emption or of the time limit) goes on to the worker, which
 * saves a checkpoint and ends; then the task is queued again. A task that is cancelled by exp (USR2) saves a checkpoint and is not.
 * @throws ExpError SPEC_INVALID for values that no line can hold
 */
export function arrayScript(job: ArrayJob): string {
  const {name, spec, tasks, sweepFolder, recordFolder, startFolder, command} = job;
  if (sweepFolder.includes('\\')) {
    const message = `Slurm cannot write logs into a folder with a backslash in its path: ${sweepFolder}`;
    throw new ExpError('USAGE', message, 'name another folder with --runs-dir');
  }
  const options = arrayOptions(job).map(
    ([option, value]) => `#SBATCH --${option}${value === undefined ? '' : `=${shellQuote(value, `slurm: ${option}`)}`}`,
  );
  const quote = (value: string): string => shellQuote(value, 'the path of the sweep or of exp');
  const setup = spec.setup.map((line) => {
    shellQuote(line, 'slurm.setup');
    return line;
  });
  const trials = tasks.map(({trials}) => `'${trials ? formatTrials(trials) : ''}'`);
  const limits = tasks.map(({maxTrials}) => `'${maxTrials ?? ''}'`);
  return `#!/bin/bash
${options.join('\n')}

# Workers of the sweep ${name}, one for each index of the array.
exp_slots=(${tasks.map(({slot}) => slot).join(' ')})
exp_trials=(${trials.join(' ')})
exp_limits=(${limits.join(' ')})
exp_command=(${command.map(quote).join(' ')})
exp_sweep=${quote(sweepFolder)}
exp_records=${quote(recordFolder)}
exp_signal_seconds=${spec.signalSeconds}
exp_max_timeouts=${spec.maxTimeouts}
cd -- ${quote(startFolder)} || exit 1
${body(setup)}`;
}

/** The same for all sweeps. Its variables begin with `exp_`, so that lines of \`setup\` may have any others. */
const body = (setup: readonly string[]): string => `
# Never $SLURM_JOB_ID alone: of an array's last task it is the id of the whole array.
exp_task="$SLURM_ARRAY_JOB_ID"_"$SLURM_ARRAY_TASK_ID"
exp_restart="\${SLURM_RESTART_COUNT:-0}"
exp_notice='' exp_left='' exp_worker='' exp_interrupted=''
rm -f -- "$exp_records/$exp_task.end"

# A notice is passed on once: the worker takes a second one for impatience.
exp_notify() {
  exp_interrupted=yes
  [ -z "$exp_notice" ] || return 0
  exp_notice="$1"
  # One that has only just begun does not listen yet.
  while [ -n "$exp_worker" ] && [ $((SECONDS - exp_begun)) -lt 5 ] && kill -0 "$exp_worker" 2> /dev/null; do sleep 1; done
  [ -z "$exp_worker" ] || kill -USR1 "$exp_worker" 2> /dev/null
  [ "$1" != requeue ] || exp_left="$(timeout 10 squeue -h -j "$exp_task" -o %L 2> /dev/null)"
}
trap 'exp_notify requeue' USR1
trap 'exp_notify cancel' USR2
# Slurm sends it to the worker as well.
trap 'exp_interrupted=yes; exp_notice="\${exp_notice:-terminated}"' TERM

# Days, hours, minutes and seconds as squeue writes them: 1-02:03:04, 2:03. Nothing where there is no limit.
exp_seconds() {
  [[ "$1" =~ ^(([0-9]+)-)?(([0-9]+):)?([0-9]+):([0-9]+)$ ]] || return 1
  echo $((10#0\${BASH_REMATCH[2]} * 86400 + 10#0\${BASH_REMATCH[4]} * 3600 + 10#\${BASH_REMATCH[5]} * 60 + 10#\${BASH_REMATCH[6]}))
}

# How many processes of this job the system killed since memory ran out: cgroup v2, or v1.
exp_oom_kills() {
  local file
  for file in "/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/memory.events" \\
    "/sys/fs/cgroup/memory$(sed -n 's/^[0-9]*:memory://p' /proc/self/cgroup)/memory.oom_control"; do
    [ ! -r "$file" ] || awk '$1 == "oom_kill" {print $2}' "$file"
  done 2> /dev/null
}

# Of two that run at once, since Slurm lost sight of one of them, the newer one says how it ended.
exp_end() {
  local how=ended other
  read -r _ other _ 2> /dev/null < "$exp_records/$exp_task.end"
  [ "\${other:-0}" -le "$exp_restart" ] || exit "$1"
  [ "$exp_oom_kills_before" = "$(exp_oom_kills)" ] || how=oom
  echo "$1 $exp_restart $how" > "$exp_records/$exp_task.end"
  exit "$1"
}

${setup.length > 0 ? `# Of slurm.setup.\n${setup.join('\n')}\n` : ''}set +eu
exp_oom_kills_before="$(exp_oom_kills)"
exp_code=75
if [ -z "$exp_notice" ]; then
  exp_arguments=(worker "$exp_sweep" --slot "\${exp_slots[$SLURM_ARRAY_TASK_ID]}")
  exp_these="\${exp_trials[$SLURM_ARRAY_TASK_ID]}"
  [ -z "$exp_these" ] || exp_arguments+=(--trials "$exp_these")
  exp_these="\${exp_limits[$SLURM_ARRAY_TASK_ID]}"
  [ -z "$exp_these" ] || exp_arguments+=(--max-trials "$exp_these")
  echo "[$(date -u +%FT%TZ)] task $exp_task on $SLURMD_NODENAME, restart $exp_restart"
  "\${exp_command[@]}" "\${exp_arguments[@]}" &
  exp_worker=$!
  exp_begun=$SECONDS
  # A signal ends "wait" before the worker ends.
  while :; do
    exp_interrupted=''
    wait "$exp_worker"
    exp_status=$?
    # 127: it had been waited for already, and a signal came right then.
    [ "$exp_status" -eq 127 ] || exp_code=$exp_status
    [ -n "$exp_interrupted" ] || break
  done
fi

# The worker was interrupted (130, 75) because Slurm gave notice: the task is to come again.
if [ "$exp_notice" = requeue ] && { [ "$exp_code" -eq 130 ] || [ "$exp_code" -eq 75 ]; }; then
  # Notice of a pre-emption may come at any time, that of the time limit up to a minute too early.
  if exp_left="$(exp_seconds "$exp_left")" && [ "$exp_left" -le $((exp_signal_seconds + 65)) ]; then
    echo . >> "$exp_records/$exp_task.timeouts"
    if [ "$(wc -l < "$exp_records/$exp_task.timeouts")" -gt "$exp_max_timeouts" ]; then
      echo "the time limit ended it $((exp_max_timeouts + 1)) times; exp sweep --resume goes on"
      exp_end "$exp_code"
    fi
  fi
  for exp_pause in 2 5 10 20 0; do
    if timeout 20 scontrol requeue "$exp_task"; then
      echo "[$(date -u +%FT%TZ)] queued again"
      exit 0
    fi
    sleep "$exp_pause"
  done
  echo 'it could not be queued again; exp sweep --resume goes on'
fi
exp_end "$exp_code"
`;
