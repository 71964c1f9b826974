import {Args} from '@oclif/core';
import {boolean, integer, string} from '@oclif/core/flags';
import {BaseCommand} from '../base.js';

export default class SweepStatus extends BaseCommand {
  static override summary = 'Show how a sweep is: trials, the best so far, pruned, failed, time left, ranking.';
  static override description =
    'DIR is the folder of a sweep, its name in the runs folder, the beginning of that, or latest. Reads files only: it may be called anywhere that sees the folder, while the sweep goes on or after.';
  static override examples = [
    '<%= config.bin %> sweep status latest --watch',
    '<%= config.bin %> sweep status runs/mnist-lr-20261123-201500-abcd --json',
    '<%= config.bin %> sweep status latest --md "$GITHUB_STEP_SUMMARY"',
  ];
  static override args = {DIR: Args.string({description: 'the folder of a sweep', required: true})};
  static override flags = {
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    watch: boolean({char: 'w', description: 'keep it up to date until the sweep ends', exclusive: ['json']}),
    top: integer({description: 'rows of the ranking at most', min: 1}),
    md: string({description: 'also write it as Markdown, for a pull request or a CI summary', helpValue: 'FILE'}),
    json: boolean({description: 'print everything as JSON'}),
  };

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(SweepStatus);
    const {showSweepStatus} = await import('../../sweep/status-command.js');
    await showSweepStatus({...flags, reference: args.DIR, runsDir: flags['runs-dir']}, process.stdout);
  }
}
