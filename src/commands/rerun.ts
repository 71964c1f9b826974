import {string as text} from '@oclif/core/args';
import {boolean, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Rerun extends BaseCommand {
  static override summary = 'Train the recorded spec of a run again, and say whether the same comes out.';
  static override description =
    'Says before it begins what is not as it was (data, versions, engine, device, processor, repository), and at the end whether metrics and\n' +
    'weights are those of the run, or from where on and how far they differ. The run folder is a new one.\n' +
    'Exit codes are those of exp run; 3 with --exact where anything that matters differs.';
  static override examples = [
    '<%= config.bin %> rerun latest',
    '<%= config.bin %> rerun mnist-cnn-20260214-1030 --check',
    '<%= config.bin %> rerun latest --exact',
    '<%= config.bin %> rerun latest seed=7 engine=eager',
  ];
  static override strict = false;
  static override usage = 'rerun RUN [KEY=VALUE…] [flags]';
  static override args = {
    run: text({required: true, description: 'a path, a folder name, the beginning of one, or latest'}),
  };
  static override flags = {
    check: boolean({description: 'only say what is not as it was; train nothing'}),
    exact: boolean({description: 'fail (3) where data, versions or device differ, or what comes out'}),
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    quiet: boolean({char: 'q', description: 'print only how it ended'}),
    json: boolean({description: 'print one JSON object a line', exclusive: ['quiet']}),
  };

  override async run(): Promise<void> {
    const {args, argv, flags} = await this.parse(Rerun);
    const {rerunCommand} = await import('../experiment/rerun-command.js');
    const overrides = argv.slice(1).map(String);
    process.exitCode = await rerunCommand({...flags, run: args.run, overrides, runsDir: flags['runs-dir']});
  }
}
