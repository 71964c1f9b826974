import {boolean, integer, option, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Compare extends BaseCommand {
  static override summary =
    'Put runs side by side: what differs among them, what came out, and whether it means anything.';
  static override description =
    'RUNS are run folders, patterns with * or ?, or groups; without any all of the runs folder. Runs that differ in seed or fold only share a row, as mean ± std. A column is a metric (val_accuracy: of the best moment, else the last epoch; best, last, first, min, max or mean in front; @5 for an epoch), a value of the spec (training.batchSize), or run, name, state, seed, duration, examplesPerSecond, parameters, epochs, data.';
  static override examples = [
    '<%= config.bin %> compare runs/*',
    '<%= config.bin %> compare --where "training.batchSize == 64 && val_accuracy > 0.98" --sort val_loss --top 10',
    '<%= config.bin %> compare runs/mlp-* --columns "training.optimizer.learningRate,max val_accuracy,val_loss@5"',
    '<%= config.bin %> compare runs/main-* --save-baseline main',
    '<%= config.bin %> compare runs/new-* --baseline main --fail-if "val_accuracy < baseline - 0.005"',
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
    maximize: string({description: 'columns of which more is better, where their names do not tell'}),
    minimize: string({description: 'columns of which less is better'}),
    spread: option({
      options: ['std', 'interval'] as const,
      default: 'std',
      description: 'what stands behind ±: the standard deviation, or half of the 95 % interval of the mean',
    })(),
    baseline: string({
      description:
        'what to hold the rows against: a name or file of --save-baseline, or runs; takes all that follow it up to the next flag',
      multiple: true,
    }),
    'save-baseline': string({
      description: 'write the rows as a baseline, unless the gate fails: baselines/NAME.json, or a path',
      helpValue: 'NAME|FILE',
    }),
    'other-data': boolean({description: 'hold rows against a baseline of other data, too'}),
    'fail-if': string({
      description: 'exit with 3 if a row meets this condition; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
    }),
    format: option({
      options: ['table', 'csv', 'json', 'md', 'html'] as const,
      default: 'table',
      description: 'how to print; html is the page of exp report',
    })(),
    md: boolean({description: 'the same as --format md: a comment for a pull request', exclusive: ['json']}),
    json: boolean({description: 'the same as --format json'}),
  };

  override async run(): Promise<void> {
    const {argv, flags} = await this.parse(Compare);
    const [{runComparison}, {streamSink}] = await Promise.all([
      import('../experiment/compare-command.js'),
      import('../report/sink.js'),
    ]);
    const format = flags.json ? 'json' : flags.md ? 'md' : flags.format;
    const request = {
      ...flags,
      runsDir: flags['runs-dir'],
      groupBy: flags['group-by'],
      failIf: flags['fail-if'],
      saveBaseline: flags['save-baseline'],
      otherData: flags['other-data'],
      format,
    };
    const sinks = {out: streamSink(process.stdout), errors: streamSink(process.stderr)};
    await runComparison({...request, references: argv.map(String)}, sinks);
  }
}
