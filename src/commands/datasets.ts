import {Args, Flags} from '@oclif/core';
import {BaseCommand} from './base.js';

export default class Datasets extends BaseCommand {
  static override summary = 'List the data sources an experiment can use, or document one.';
  static override examples = ['<%= config.bin %> datasets', '<%= config.bin %> datasets csv'];
  static override args = {name: Args.string({description: 'source to document; without it, all are listed'})};
  static override flags = {json: Flags.boolean({description: 'print JSON'})};

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Datasets);
    const [{sources}, {renderCatalogue}, {createStyle, wantsColor}] = await Promise.all([
      import('../data/sources/index.js'),
      import('../report/catalogue.js'),
      import('../report/style.js'),
    ]);
    const text = renderCatalogue(
      {noun: 'data source', members: sources, describe: ({facts, example}) => ({facts, example})},
      args.name,
      {json: flags.json, width: process.stdout.columns ?? 80, style: createStyle(wantsColor(process.stdout))},
    );
    process.stdout.write(`${text}\n`);
  }
}
