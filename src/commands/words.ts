import {Args, Flags} from '@oclif/core';
import {BaseCommand} from './base.js';

export default class Words extends BaseCommand {
  static override summary = 'List the words a spec can be made of, kind by kind, or document one.';
  static override description =
    'Kinds are layers, losses, metrics, optimizers, schedules, data sources, samplers and more; without arguments, all are listed.';
  static override examples = [
    '<%= config.bin %> words',
    '<%= config.bin %> words losses',
    '<%= config.bin %> words schedules cosine',
    '<%= config.bin %> words huber',
  ];
  static override args = {
    kind: Args.string({description: 'a kind, or a word of any kind'}),
    name: Args.string({description: 'a word of that kind; without it, all are listed'}),
  };
  static override flags = {json: Flags.boolean({description: 'print JSON'})};

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Words);
    const [{renderWords}, {createStyle, wantsColor}, {allWordKinds}] = await Promise.all([
      import('../report/words.js'),
      import('../report/style.js'),
      import('../sweep/vocabulary.js'),
    ]);
    const width = process.stdout.columns ?? 80;
    const options = {json: flags.json, width, style: createStyle(wantsColor(process.stdout))};
    process.stdout.write(`${renderWords(args.kind, args.name, options, allWordKinds)}\n`);
  }
}
