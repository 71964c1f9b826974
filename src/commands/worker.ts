import {string as text} from '@oclif/core/args';
import {integer, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Worker extends BaseCommand {
  static override summary = 'Make trials of a sweep until none is left; what exp sweep and Slurm jobs start.';
  static override description =
    'Any number of workers may do so at once, on every machine that sees the folder: each claims the next trial that is free.\n' +
    'Exit codes: 0 nothing is left, 1 no trial can be made here, 2 bad usage, 130 interrupted with a checkpoint.';
  static override examples = ['<%= config.bin %> worker runs/mnist-lr-20260214-103000-abcd'];
  static override args = {dir: text({required: true, description: 'the folder of the sweep'})};
  static override flags = {
    slot: integer({description: 'its number among the workers, for its log', default: 0, min: 0}),
    trials: string({description: 'take these trials only: 3,7-9'}),
    shard: string({description: 'take this part of the trials only: 1/4'}),
    device: string({description: 'where its trials are trained, if the experiment leaves open which one: cuda:0'}),
    'max-trials': integer({description: 'end after so many trials', min: 1}),
  };

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(Worker);
    const {workerProcess} = await import('../sweep/worker-process.js');
    process.exitCode = await workerProcess({
      folder: args.dir,
      slot: flags.slot,
      trials: flags.trials,
      shard: flags.shard,
      device: flags.device,
      maxTrials: flags['max-trials'],
    });
  }
}
