import {Args, Flags} from '@oclif/core';
import {BaseCommand} from './base.js';

export default class Layers extends BaseCommand {
  static override summary = 'List the layers (or initializers, regularizers) of a model, or document one.';
  static override examples = [
    '<%= config.bin %> layers',
    '<%= config.bin %> layers conv2d',
    '<%= config.bin %> layers --initializers heNormal',
  ];
  static override args = {name: Args.string({description: 'member to document; without it, all are listed'})};
  static override flags = {
    json: Flags.boolean({description: 'print JSON'}),
    initializers: Flags.boolean({description: 'initializers instead of layers', exclusive: ['regularizers']}),
    regularizers: Flags.boolean({description: 'regularizers instead of layers'}),
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Layers);
    const [{renderKind}, {createStyle, wantsColor}] = await Promise.all([
      import('../report/words.js'),
      import('../report/style.js'),
    ]);
    const kind = flags.initializers ? 'initializers' : flags.regularizers ? 'regularizers' : 'layers';
    const width = process.stdout.columns ?? 80;
    const options = {json: flags.json, width, style: createStyle(wantsColor(process.stdout))};
    process.stdout.write(`${renderKind(kind, args.name, options)}\n`);
  }
}
