import {string as text} from '@oclif/core/args';
import {boolean} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Init extends BaseCommand {
  static override summary = 'Write a commented experiment to start from; it trains in about a second.';
  static override examples = ['<%= config.bin %> init', '<%= config.bin %> init experiments/flowers.yaml'];
  static override args = {
    target: text({default: '.', description: 'a .yaml file to write, or the folder to write experiment.yaml in'}),
  };
  static override flags = {
    force: boolean({char: 'f', description: 'overwrite a file that is there'}),
    json: boolean({description: 'print the written paths as JSON'}),
  };

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(Init);
    const {initExperiment} = await import('../experiment/init.js');
    const {spec, schema} = await initExperiment(args.target, flags.force);
    if (flags.json) return this.log(JSON.stringify({spec, schema}));
    this.log(`${spec} written; editors find its schema in ${schema}\n\nTrain it:  ${this.config.bin} run ${spec}`);
  }
}
