import {Args, Flags} from '@oclif/core';
import {BaseCommand} from './base.js';

export default class Datasets extends BaseCommand {
  static override summary = 'List the data sources (or transforms) an experiment can use, or document one.';
  static override examples = [
    '<%= config.bin %> datasets',
    '<%= config.bin %> datasets csv',
    '<%= config.bin %> datasets --transforms normalize',
  ];
  static override args = {name: Args.string({description: 'member to document; without it, all are listed'})};
  static override flags = {
    json: Flags.boolean({description: 'print JSON'}),
    transforms: Flags.boolean({description: 'transforms instead of sources'}),
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Datasets);
    const [{sources}, {transforms}, {renderCatalogue}, {createStyle, wantsColor}] = await Promise.all([
      import('../data/sources/index.js'),
      import('../data/transforms/index.js'),
      import('../report/catalogue.js'),
      import('../report/style.js'),
    ]);
    const width = process.stdout.columns ?? 80;
    const options = {json: flags.json, width, style: createStyle(wantsColor(process.stdout))};
    const text = flags.transforms
      ? renderCatalogue({noun: 'transform', members: transforms, describe: () => ({})}, args.name, options)
      : renderCatalogue(
          {noun: 'data source', members: sources, describe: ({facts, example}) => ({facts, example})},
          args.name,
          options,
        );
    process.stdout.write(`${text}\n`);
  }
}
