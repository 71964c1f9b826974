import {string as text} from '@oclif/core/args';
import {option, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Predict extends BaseCommand {
  static override summary = 'Predict with the model of a run: a row for each example of a file, as CSV or JSON lines.';
  static override description =
    'Takes tables (CSV, JSON lines, Parquet), NumPy arrays, images and folders of images, prepared as the run prepared its own; targets are not needed.';
  static override examples = [
    '<%= config.bin %> predict latest --input new-rows.csv',
    '<%= config.bin %> predict mnist-cnn-2026 --input photos --output digits.jsonl',
  ];
  static override args = {
    run: text({required: true, description: 'a path, a folder name, the beginning of one, or latest'}),
  };
  static override flags = {
    input: string({char: 'i', required: true, description: 'a file of examples, an image, or a folder of images'}),
    output: string({char: 'o', description: 'a .csv or .jsonl file; stdout without it'}),
    format: option({description: "instead of the output's ending", options: ['csv', 'jsonl'] as const})(),
    array: string({description: 'which array of an .npz archive'}),
    checkpoint: option({
      description: 'which weights; the best checkpoint where there is one, else the final model',
      options: ['best', 'last', 'model'] as const,
    })(),
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
  };

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(Predict);
    const [{predictRun}, {noticeLines}] = await Promise.all([
      import('../experiment/predict-run.js'),
      import('../report/download-lines.js'),
    ]);
    const notify = noticeLines(process.stderr);
    const {'runs-dir': runsDir, ...rest} = flags;
    const warn = (message: string): void => notify(`warning: ${message}`);
    const {numExamples} = await predictRun({run: args.run, runsDir, ...rest, stdout: process.stdout, warn, notify});
    if (flags.output !== undefined) notify(`${flags.output}: predictions for ${numExamples} examples`);
  }
}
