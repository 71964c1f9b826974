import {string as text} from '@oclif/core/args';
import {boolean, option, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Evaluate extends BaseCommand {
  static override summary =
    'Evaluate the weights of a run on its test, validation or training set: loss and all metrics.';
  static override description =
    "Reads the run's spec and weights and its data, and writes nothing. With the same weights and the same set the numbers are those of the run.";
  static override examples = [
    '<%= config.bin %> evaluate latest',
    '<%= config.bin %> evaluate mnist-cnn-2026 --checkpoint last --split validation --json',
  ];
  static override args = {
    run: text({required: true, description: 'a path, a folder name, the beginning of one, or latest'}),
  };
  static override flags = {
    checkpoint: option({
      description: 'which weights; the best checkpoint where there is one, else the final model',
      options: ['best', 'last', 'model'] as const,
    })(),
    split: option({
      description: 'which examples; the test set, or the validation set where there is none',
      options: ['test', 'validation', 'train'] as const,
    })(),
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    json: boolean({description: 'print JSON'}),
  };

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(Evaluate);
    const [{evaluateRun}, {evaluationScreen}, {streamSink}, {noticeLines}, {plainNumbers}] = await Promise.all([
      import('../experiment/evaluate-run.js'),
      import('../report/evaluation-screen.js'),
      import('../report/sink.js'),
      import('../report/download-lines.js'),
      import('../support/plain-numbers.js'),
    ]);
    const {checkpoint, split, 'runs-dir': runsDir} = flags;
    const notify = noticeLines(process.stderr);
    const warn = (message: string): void => notify(`warning: ${message}`);
    const evaluation = await evaluateRun({run: args.run, runsDir, checkpoint, split, warn, notify});
    const sink = streamSink(process.stdout);
    sink.write(flags.json ? `${JSON.stringify(evaluation, plainNumbers, 2)}\n` : evaluationScreen(evaluation, sink));
  }
}
