import {integer, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Report extends BaseCommand {
  static override summary =
    'Write one HTML file that compares runs: table, curves, settings, confusion matrices, specs.';
  static override description =
    'Without RUNS all of the runs folder. The file holds everything it needs and opens from disk, without a network. Runs that differ in seed or fold only share a row and a curve, as mean ± std.';
  static override examples = [
    '<%= config.bin %> report runs/*',
    '<%= config.bin %> report runs/mlp-* --out mlp.html --title "Learning rates"',
    '<%= config.bin %> report --where "val_accuracy > 0.9" --sort val_loss --top 50',
    '<%= config.bin %> report runs/new-* --baseline main',
  ];
  static override strict = false;
  static override usage = 'report [RUNS…] [flags]';
  static override flags = {
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    out: string({description: 'the file to write', default: 'report.html'}),
    title: string({description: 'what stands on top; the names of the experiments by default'}),
    columns: string({description: 'columns of the table, separated by commas'}),
    where: string({description: 'a condition that runs have to meet'}),
    sort: string({description: 'the column to sort by, best first; importance of settings is measured by it too'}),
    top: integer({description: 'rows at most', min: 1}),
    maximize: string({description: 'columns of which more is better, separated by commas'}),
    minimize: string({description: 'columns of which less is better, separated by commas'}),
    baseline: string({
      description:
        'what to hold the rows against: a name or file of exp compare --save-baseline, or runs; takes all that follow it up to the next flag',
      multiple: true,
    }),
    'group-by': string({
      description: 'settings in which the runs of a row may differ; seed and fold by default, none for a row each',
    }),
  };

  override async run(): Promise<void> {
    const {argv, flags} = await this.parse(Report);
    const {writeReport} = await import('../experiment/report-command.js');
    const request = {...flags, runsDir: flags['runs-dir'], groupBy: flags['group-by'], references: argv.map(String)};
    writeReport(request, process.stdout, process.stderr);
  }
}
