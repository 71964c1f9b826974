import {string as text} from '@oclif/core/args';
import {boolean, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Resume extends BaseCommand {
  static override summary = 'Go on with a run that was interrupted, from its last checkpoint.';
  static override description =
    'What comes out is what would have come out undisturbed. A finished run is trained further: training.epochs=20.\n' +
    'RUN is a path, a folder name, the beginning of one, or latest. A damaged checkpoint is named, and the one before it used.\n' +
    'Exit codes are those of exp run.';
  static override examples = [
    '<%= config.bin %> resume latest',
    '<%= config.bin %> resume mnist-cnn-20260214-1030 training.epochs=20',
  ];
  static override strict = false;
  static override usage = 'resume RUN [KEY=VALUE…] [flags]';
  static override args = {run: text({required: true, description: 'the run'})};
  static override flags = {
    group: boolean({description: 'all runs of its group: go on with the unfinished, make the missing'}),
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    quiet: boolean({char: 'q', description: 'print only how it ended'}),
    json: boolean({
      description: 'print one JSON object a line: the plan, the events, how it ended',
      exclusive: ['quiet'],
    }),
  };

  override async run(): Promise<void> {
    const {args, argv, flags} = await this.parse(Resume);
    const {resumeCommand} = await import('../experiment/resume-command.js');
    process.exitCode = await resumeCommand({
      run: args.run,
      group: flags.group,
      overrides: argv.slice(1).map(String),
      runsDir: flags['runs-dir'],
      quiet: flags.quiet,
      json: flags.json,
    });
  }
}
