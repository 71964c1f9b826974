import {boolean, option, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Plot extends BaseCommand {
  static override summary = 'Draw learning curves of one or several runs, also of runs that are under way.';
  static override description =
    'Without RUNS all of the runs folder. Runs that differ in seed or fold only are drawn as their mean, in a picture with a band of ± one standard deviation. A metric and its counterpart of the validation set share a drawing. A value that is not finite leaves a gap.';
  static override examples = [
    '<%= config.bin %> plot latest',
    '<%= config.bin %> plot runs/mlp-* --metric val_accuracy,loss --smooth 0.6',
    '<%= config.bin %> plot runs/mlp-* --metric loss --log --x time --out loss.png',
  ];
  static override strict = false;
  static override usage = 'plot [RUNS…] [flags]';
  static override flags = {
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    metric: string({
      description:
        'columns of metrics.csv, separated by commas; by default the monitored one on training and validation set, else loss',
    }),
    x: option({
      options: ['epoch', 'step', 'time'] as const,
      default: 'epoch',
      description: 'what lies along the axis',
    })(),
    smooth: string({
      description: 'weight of what came before, 0 to less than 1: an exponential moving average as TensorBoard has it',
    }),
    log: boolean({description: 'a logarithmic y axis'}),
    'log-x': boolean({description: 'a logarithmic x axis'}),
    'group-by': string({
      description: 'settings in which the runs of a curve may differ; seed and fold by default, none for a curve each',
    }),
    out: string({description: 'also write the curves into a file: a picture (.png or .svg) or a table (.csv)'}),
    json: boolean({description: 'print JSON'}),
    ascii: boolean({description: 'draw with ASCII letters only'}),
  };

  override async run(): Promise<void> {
    const {argv, flags} = await this.parse(Plot);
    const {plotRuns} = await import('../experiment/plot-command.js');
    const named = {runsDir: flags['runs-dir'], groupBy: flags['group-by'], logX: flags['log-x']};
    const request = {...flags, ...named, references: argv.map(String)};
    await plotRuns(request, process.stdout, process.stderr);
  }
}
