import {Args} from '@oclif/core';
import {boolean, integer, string} from '@oclif/core/flags';
import {BaseCommand} from '../base.js';

export default class Sweep extends BaseCommand {
  static override summary = 'Train many variants of an experiment and rank them; goes on where it was interrupted.';
  static override description =
    'SPEC says which experiment, what varies in it, who chooses the points (grid, random, sobol, tpe, cmaEs) and what they are ranked by.\n' +
    'Values of the sweep are overridden by key=value pairs: maxTrials=20 overrides.training.epochs=2.\n' +
    'Ctrl-C has every trial save a checkpoint; --resume makes what is missing, also after a crash or kill -9.\n' +
    'Exit codes: 0 done, 1 no trial can be made, 2 bad usage or spec, 5 trials failed, 130 interrupted.';
  static override examples = [
    '<%= config.bin %> sweep experiments/sweeps/mnist-lr.yaml',
    '<%= config.bin %> sweep experiments/sweeps/iris-tpe.yaml maxTrials=40 --parallel auto',
    '<%= config.bin %> sweep --resume runs/mnist-lr-20260214-103000-abcd',
    '<%= config.bin %> sweep experiments/sweeps/mnist-lr.yaml --shard 2/4 --out sweep',
    '<%= config.bin %> sweep experiments/sweeps/mnist-lr.yaml --executor slurm --dry-run',
  ];
  static override strict = false;
  static override usage = ['sweep SPEC [KEY=VALUE…] [flags]', 'sweep --resume DIR [flags]'];
  static override args = {spec: Args.string({description: 'the sweep, a YAML file'})};
  static override flags = {
    resume: string({
      description: 'go on with the sweep in this folder',
      helpValue: 'DIR',
      exclusive: ['out', 'dry-run'],
    }),
    out: string({description: 'the folder itself, instead of a new one in the runs folder', helpValue: 'DIR'}),
    'resume-if-exists': boolean({
      description: 'go on with the sweep in --out, if there is one: for jobs that may be stopped',
      dependsOn: ['out'],
    }),
    parallel: string({char: 'p', description: 'trials at the same time, or auto', helpValue: 'N'}),
    shard: string({description: 'make one of several parts, for the jobs of a CI matrix: 1/4', helpValue: 'I/N'}),
    executor: string({description: 'where trials are trained', options: ['local', 'slurm']}),
    wait: boolean({description: 'with slurm: stay until all jobs have ended'}),
    'dry-run': boolean({description: 'check everything and show what would be trained; write and submit nothing'}),
    'allow-failures': integer({description: 'so many trials may fail', min: 0}),
    md: string({description: 'also write the ranking as Markdown', helpValue: 'FILE'}),
    'runs-dir': string({description: 'where run folders go', default: 'runs', env: 'EXP_RUNS_DIR'}),
    quiet: boolean({char: 'q', description: 'print only how it ended'}),
    json: boolean({description: 'print one JSON object a line', exclusive: ['quiet']}),
  };

  override async run(): Promise<void> {
    const {args, argv, flags} = await this.parse(Sweep);
    const {sweepCommand} = await import('../../sweep/sweep-command.js');
    process.exitCode = await sweepCommand({
      spec: args.spec,
      overrides: argv.slice(1).map(String),
      resume: flags.resume,
      runsDir: flags['runs-dir'],
      out: flags.out,
      resumeIfExists: flags['resume-if-exists'],
      shard: flags.shard,
      executor: flags.executor as 'local' | 'slurm' | undefined,
      parallel: flags.parallel,
      wait: flags.wait,
      dryRun: flags['dry-run'],
      allowFailures: flags['allow-failures'],
      md: flags.md,
      quiet: flags.quiet,
      json: flags.json,
    });
  }
}
