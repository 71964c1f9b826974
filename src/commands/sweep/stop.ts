import {Args} from '@oclif/core';
import {boolean, string} from '@oclif/core/flags';
import {BaseCommand} from '../base.js';

export default class SweepStop extends BaseCommand {
  static override summary = 'Ask a sweep to end: trials under way are finished, or with --now saved.';
  static override description =
    'Writes a request into the folder of the sweep, which its workers see wherever they are. exp sweep --resume goes on with it.';
  static override examples = [
    '<%= config.bin %> sweep stop latest',
    '<%= config.bin %> sweep stop runs/mnist-lr-20261123-201500-abcd --now --no-wait',
  ];
  static override args = {DIR: Args.string({description: 'the folder of a sweep', required: true})};
  static override flags = {
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    now: boolean({description: 'trials under way save a checkpoint and end'}),
    wait: boolean({description: 'wait until all workers have ended', default: true, allowNo: true}),
  };

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(SweepStop);
    const {stopSweep} = await import('../../sweep/stop-command.js');
    await stopSweep({...flags, reference: args.DIR, runsDir: flags['runs-dir']}, process.stdout);
  }
}
