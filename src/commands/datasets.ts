import {Args, Flags} from '@oclif/core';
import {BaseCommand} from './base.js';

export default class Datasets extends BaseCommand {
  static override summary =
    'List the data sources (or transforms, or augmentations) an experiment can use, or document one.';
  static override examples = [
    '<%= config.bin %> datasets',
    '<%= config.bin %> datasets csv',
    '<%= config.bin %> datasets --transforms normalize',
    '<%= config.bin %> datasets --augmentations rotate',
  ];
  static override args = {name: Args.string({description: 'member to document; without it, all are listed'})};
  static override flags = {
    json: Flags.boolean({description: 'print JSON'}),
    transforms: Flags.boolean({description: 'transforms instead of sources', exclusive: ['augmentations']}),
    augmentations: Flags.boolean({description: 'augmentations instead of sources'}),
  };

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Datasets);
    const [{sources}, {transforms}, {augmentations}, {renderCatalogue}, {createStyle, wantsColor}] = await Promise.all([
      import('../data/sources/index.js'),
      import('../data/transforms/index.js'),
      import('../data/augment/index.js'),
      import('../report/catalogue.js'),
      import('../report/style.js'),
    ]);
    const width = process.stdout.columns ?? 80;
    const options = {json: flags.json, width, style: createStyle(wantsColor(process.stdout))};
    const describe = (): object => ({});
    const text = flags.transforms
      ? renderCatalogue({noun: 'transform', members: transforms, describe}, args.name, options)
      : flags.augmentations
        ? renderCatalogue({noun: 'augmentation', members: augmentations, describe}, args.name, options)
        : renderCatalogue(
            {noun: 'data source', members: sources, describe: ({facts, example}) => ({facts, example})},
            args.name,
            options,
          );
    process.stdout.write(`${text}\n`);
  }
}
