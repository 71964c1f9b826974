import {boolean} from '@oclif/core/flags';
import {BaseCommand} from './base.js';
import {selectionFlags, selectionOf} from './selection-flags.js';

export default class Rm extends BaseCommand {
  static override summary = 'Remove run folders, after asking.';
  static override description =
    'Removes nothing else: no folder that is not plainly a run, none that a link leads to out of the runs folder, and no run that goes on.';
  static override examples = [
    '<%= config.bin %> rm iris-mlp-20261123-185133-ydij',
    '<%= config.bin %> rm --state failed,crashed --where "ageDays > 30" --dry-run',
    '<%= config.bin %> rm "runs/try-*" --yes',
  ];
  static override strict = false;
  static override usage = 'rm RUNS…';
  static override flags = {
    ...selectionFlags,
    yes: boolean({char: 'y', description: 'do not ask'}),
    'dry-run': boolean({description: 'only say what would be removed', exclusive: ['yes']}),
    json: boolean({description: 'print JSON'}),
  };

  override async run(): Promise<void> {
    const {argv, flags} = await this.parse(Rm);
    const [{removeRuns}, {streamSink}] = await Promise.all([
      import('../experiment/rm-command.js'),
      import('../report/sink.js'),
    ]);
    const {yes, json} = flags;
    await removeRuns(
      {...selectionOf(argv, flags), yes, json, dryRun: flags['dry-run']},
      {out: streamSink(process.stdout), errors: streamSink(process.stderr)},
    );
  }
}
