import {string as text} from '@oclif/core/args';
import {boolean, string} from '@oclif/core/flags';
import {streamSink} from '../report/sink.js';
import {BaseCommand} from './base.js';

export default class Explain extends BaseCommand {
  static override summary = 'Say what a key of a spec or a run is, and where its value came from.';
  static override examples = [
    '<%= config.bin %> explain experiments/mnist-quick.yaml training.optimizer.learningRate',
    '<%= config.bin %> explain latest model.layers[0]',
  ];
  static override strict = false;
  static override usage = 'explain SPEC_OR_RUN KEY [KEY=VALUE…] [flags]';
  static override args = {
    target: text({required: true, description: 'a spec, or a run: its folder, the beginning of its name, or latest'}),
    key: text({required: true, description: 'a dotted path: training.batchSize, model.layers[0].units'}),
  };
  static override flags = {
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    json: boolean({description: 'print JSON'}),
  };

  override async run(): Promise<void> {
    const {args, argv, flags} = await this.parse(Explain);
    const {explain, formatExplanation} = await import('../experiment/explain.js');
    const overrides = argv.slice(2).map(String);
    const explanation = await explain(args.target, args.key, {overrides, runsDir: flags['runs-dir']});
    const output = flags.json ? JSON.stringify(explanation, null, 2) : formatExplanation(explanation);
    streamSink(process.stdout).write(`${output}\n`);
  }
}
