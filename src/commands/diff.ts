import {string as text} from '@oclif/core/args';
import {boolean, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Diff extends BaseCommand {
  static override summary = 'Show what differs between two runs: spec, metrics, data, versions, environment, git.';
  static override description =
    'Differences only, with where each value of the specs came from. Exits with 0 whether or not the runs differ.';
  static override examples = [
    '<%= config.bin %> diff mnist-cnn-20260102 latest',
    '<%= config.bin %> diff runs/a runs/b --json',
  ];
  static override args = {
    a: text({required: true, description: 'a run: a path, a folder name, the beginning of one, or latest'}),
    b: text({required: true, description: 'another one'}),
  };
  static override flags = {
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    json: boolean({description: 'print JSON'}),
    md: boolean({description: 'print tables in Markdown', exclusive: ['json']}),
  };

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(Diff);
    const {showDifferences} = await import('../experiment/diff-command.js');
    showDifferences(
      {
        a: args.a,
        b: args.b,
        runsDir: flags['runs-dir'],
        format: flags.json ? 'json' : flags.md ? 'md' : 'text',
      },
      process.stdout,
      process.stderr,
    );
  }
}
