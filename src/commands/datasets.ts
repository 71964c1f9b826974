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
    const [{renderKind}, {createStyle, wantsColor}] = await Promise.all([
      import('../report/words.js'),
      import('../report/style.js'),
    ]);
    const kind = flags.transforms ? 'transforms' : flags.augmentations ? 'augmentations' : 'sources';
    const width = process.stdout.columns ?? 80;
    const options = {json: flags.json, width, style: createStyle(wantsColor(process.stdout))};
    process.stdout.write(`${renderKind(kind, args.name, options)}\n`);
  }
}
