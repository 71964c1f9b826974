import {Args, Flags} from '@oclif/core';
import {BaseCommand} from './base.js';

export default class Layers extends BaseCommand {
  static override summary = 'List the layers a model can be made of, or document one.';
  static override examples = ['<%= config.bin %> layers', '<%= config.bin %> layers conv2d'];
  static override args = {name: Args.string({description: 'layer to document; without it, all are listed'})};
  static override flags = {json: Flags.boolean({description: 'print JSON'})};

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Layers);
    const [{layers}, {renderCatalogue}, {createStyle, wantsColor}] = await Promise.all([
      import('../model/layers/index.js'),
      import('../report/catalogue.js'),
      import('../report/style.js'),
    ]);
    const text = renderCatalogue(
      {noun: 'layer', members: layers, describe: ({shapes, example}) => ({facts: {shapes}, example: `- ${example}`})},
      args.name,
      {json: flags.json, width: process.stdout.columns ?? 80, style: createStyle(wantsColor(process.stdout))},
    );
    process.stdout.write(`${text}\n`);
  }
}
