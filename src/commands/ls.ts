import {boolean, integer, option, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';
import {selectionFlags, selectionOf} from './selection-flags.js';

export default class Ls extends BaseCommand {
  static override summary = 'List runs and sweeps: state, start, epochs, metrics, duration, tags and notes.';
  static override description =
    'Without RUNS all of the runs folder, the newest last; a sweep is one row, and naming it lists its trials. Sorts and selects by whatever exp compare knows of a run.';
  static override examples = [
    '<%= config.bin %> ls',
    '<%= config.bin %> ls --tag good --sort val_accuracy -n 10',
    '<%= config.bin %> ls --where "training.batchSize == 64 && val_accuracy > 0.98"',
    '<%= config.bin %> ls --state failed,crashed --runs-dir /data/runs --json',
  ];
  static override strict = false;
  static override usage = 'ls [RUNS…]';
  static override flags = {
    ...selectionFlags,
    sort: string({description: 'a metric, a value of the spec or a fact to sort by, best first'}),
    reverse: boolean({char: 'r', description: 'the other way round; the newest first'}),
    limit: integer({char: 'n', description: 'runs at most: the newest, or the first by --sort', min: 1}),
    format: option({options: ['table', 'csv', 'json'] as const, default: 'table', description: 'how to print'})(),
    json: boolean({description: 'the same as --format json'}),
  };

  override async run(): Promise<void> {
    const {argv, flags} = await this.parse(Ls);
    const [{listTo}, {streamSink}] = await Promise.all([
      import('../experiment/ls-command.js'),
      import('../report/sink.js'),
    ]);
    const {sort, reverse, limit} = flags;
    listTo(
      {...selectionOf(argv, flags), sort, reverse, limit, format: flags.json ? 'json' : flags.format},
      {out: streamSink(process.stdout), errors: streamSink(process.stderr)},
    );
  }
}
