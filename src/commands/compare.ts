import {boolean, integer, option, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Compare extends BaseCommand {
  static override summary =
    'Put runs side by side: what differs among them, what came out, and whether it means anything.';
  static override description =
    'Without RUNS all of the runs folder. Runs that differ in seed or fold only share a row, as mean ± std. A column is a metric (val_accuracy: of the best moment, else the last epoch; best, last, first, min, max or mean in front; @5 for an epoch), a value of the spec (training.batchSize), or run, name, state, seed, duration, examplesPerSecond, parameters, epochs, data.';
  static override examples = [
    '<%= config.bin %> compare runs/*',
    '<%= config.bin %> compare --where "training.batchSize == 64 && val_accuracy > 0.98" --sort val_loss --top 10',
    '<%= config.bin %> compare runs/mlp-* --columns "training.optimizer.learningRate,max val_accuracy,val_loss@5"',
    '<%= config.bin %> compare runs/new-* --baseline runs/main-* --fail-if "val_accuracy < baseline - 0.005"',
  ];
  static override strict = false;
  static override usage = 'compare [RUNS…]';
  static override flags = {
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    columns: string({description: 'columns to show, separated by commas'}),
    where: string({description: 'a condition that runs have to meet'}),
    sort: string({description: 'the column to sort by, best first'}),
    reverse: boolean({description: 'worst first'}),
    top: integer({description: 'rows at most', min: 1}),
    'group-by': string({
      description: 'settings in which the runs of a row may differ; seed and fold by default, none for a row each',
    }),
    baseline: string({description: 'the run to hold others against; several times for several seeds', multiple: true}),
    'fail-if': string({
      description: 'exit with 3 if a row meets this condition; may be given several times',
      multiple: true,
    }),
    format: option({options: ['table', 'csv', 'json', 'md'] as const, default: 'table', description: 'how to print'})(),
    json: boolean({description: 'the same as --format json'}),
  };

  override async run(): Promise<void> {
    const {argv, flags} = await this.parse(Compare);
    const [{runComparison}, {streamSink}] = await Promise.all([
      import('../experiment/compare-command.js'),
      import('../report/sink.js'),
    ]);
    const format = flags.json ? 'json' : flags.format;
    const request = {
      ...flags,
      runsDir: flags['runs-dir'],
      groupBy: flags['group-by'],
      failIf: flags['fail-if'],
      format,
    };
    const sinks = {out: streamSink(process.stdout), errors: streamSink(process.stderr)};
    runComparison({...request, references: argv.map(String)}, sinks);
  }
}
