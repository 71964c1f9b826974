import {boolean, integer, option, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';
import {selectionFlags, selectionOf} from './selection-flags.js';

export default class Prune extends BaseCommand {
  static override summary =
    'Remove checkpoints of runs, after asking: all but those of the best runs, or all but one of each.';
  static override description =
    'The rest of a run folder stays, the final model too. Runs that may still be resumed keep their checkpoints unless --unfinished is given, runs that go on in any case.';
  static override examples = [
    '<%= config.bin %> prune --keep-best 5 --dry-run',
    '<%= config.bin %> prune "runs/mlp-*" --keep-best 5 --by val_accuracy --leave best',
    '<%= config.bin %> prune --state finished --leave best --yes',
  ];
  static override strict = false;
  static override usage = 'prune [RUNS…]';
  static override flags = {
    ...selectionFlags,
    'keep-best': integer({description: 'so many of the runs, the best ones, keep all of their checkpoints', min: 0}),
    by: string({description: 'the metric that decides which are the best; the monitored one by default'}),
    leave: option({
      options: ['none', 'best', 'last'] as const,
      default: 'none',
      description: 'the checkpoint that the other runs keep',
    })(),
    unfinished: boolean({description: 'also of runs that could be resumed'}),
    yes: boolean({char: 'y', description: 'do not ask'}),
    'dry-run': boolean({description: 'only say what would be removed', exclusive: ['yes']}),
    json: boolean({description: 'print JSON'}),
  };

  override async run(): Promise<void> {
    const {argv, flags} = await this.parse(Prune);
    const [{pruneCheckpoints}, {streamSink}] = await Promise.all([
      import('../experiment/prune-command.js'),
      import('../report/sink.js'),
    ]);
    const {by, leave, unfinished, yes, json} = flags;
    const asked = {by, leave, unfinished, yes, json, keepBest: flags['keep-best'], dryRun: flags['dry-run']};
    await pruneCheckpoints(
      {...selectionOf(argv, flags), ...asked},
      {out: streamSink(process.stdout), errors: streamSink(process.stderr)},
    );
  }
}
