import {boolean} from '@oclif/core/flags';
import {BaseCommand} from './base.js';
import {selectionFlags, selectionOf} from './selection-flags.js';

export default class Tag extends BaseCommand {
  static override summary = 'Give runs tags, take them away, or list them.';
  static override description =
    'Tags are kept in the run folder, beside those of its spec. Any number of processes may tag the same run at once.';
  static override examples = [
    '<%= config.bin %> tag latest +good -unsure',
    '<%= config.bin %> tag --where "val_accuracy > 0.99" +candidate',
    '<%= config.bin %> tag',
  ];
  static override strict = false;
  static override usage = 'tag [RUNS…] [+TAG…] [-TAG…]';
  static override flags = {...selectionFlags, json: boolean({description: 'print JSON'})};

  override async run(): Promise<void> {
    // `-bad` is no flag: the only one of a single letter is -h, which asks for help before this. parse() replaces this.argv.
    const words = [...this.argv];
    const isChange = (word: string, index: number): boolean =>
      /^(\+|-(?!-|$))/.test(word) && !/^--(runs-dir|where|tag|state|status)$/.test(words[index - 1] ?? '');
    const {argv, flags} = await this.parse(
      Tag,
      words.filter((word, index) => !isChange(word, index)),
    );
    const [{changeTags}, {streamSink}] = await Promise.all([
      import('../experiment/tag-command.js'),
      import('../report/sink.js'),
    ]);
    const changes = words.filter(isChange);
    changeTags({...selectionOf(argv, flags), changes, json: flags.json}, {out: streamSink(process.stdout)});
  }
}
