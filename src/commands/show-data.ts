import {file} from '@oclif/core/args';
import {boolean, integer, string} from '@oclif/core/flags';
import {streamSink} from '../report/sink.js';
import {BaseCommand} from './base.js';

export default class ShowData extends BaseCommand {
  static override summary = 'Draw training examples with their labels, as augmentation changes them, into a PNG.';
  static override description =
    'With data.augment, each row is an example as stored and as the first epochs of a run see it, before the transforms.';
  static override examples = [
    '<%= config.bin %> show-data experiments/mnist-cnn.yaml',
    "<%= config.bin %> show-data experiments/mnist-cnn.yaml data.augment='[{type: rotate, degrees: 15}]' --out rotated.png",
  ];
  static override strict = false;
  static override usage = 'show-data SPEC [KEY=VALUE…] [flags]';
  static override args = {spec: file({required: true, description: 'the experiment, a YAML file'})};
  static override flags = {
    out: string({description: 'where the picture goes', default: 'data.png'}),
    examples: integer({description: 'how many examples', default: 16, min: 1, max: 256}),
    json: boolean({description: 'print JSON'}),
  };

  override async run(): Promise<void> {
    const {args, argv, flags} = await this.parse(ShowData);
    const {showData} = await import('../experiment/show-data.js');
    const overrides = argv.slice(1).map(String);
    const shown = await showData({spec: args.spec, overrides, out: flags.out, numExamples: flags.examples});
    const {path, width, height, numExamples, numEpochs} = shown;
    const versions = numEpochs === 0 ? '' : `, each as stored and in ${numEpochs} epochs`;
    const text = `${path}: ${numExamples} examples${versions}, ${width} × ${height} pixels`;
    streamSink(process.stdout).write(`${flags.json ? JSON.stringify(shown) : text}\n`);
  }
}
