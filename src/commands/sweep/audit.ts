import {Args} from '@oclif/core';
import {boolean, string} from '@oclif/core/flags';
import {BaseCommand} from '../base.js';

export default class SweepAudit extends BaseCommand {
  static override summary = 'Ask the sampler again for every trial, with what was known then, and compare.';
  static override description =
    'Each suggestion follows from the seed of the sweep, the number of the point and the records that were there; their places are kept with the trial.\n' +
    'Exit codes: 0 all are the same, 3 some differ.';
  static override examples = ['<%= config.bin %> sweep audit latest'];
  static override args = {DIR: Args.string({description: 'the folder of a sweep', required: true})};
  static override flags = {
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    json: boolean({description: 'print what differs as JSON'}),
  };

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(SweepAudit);
    const {auditCommand} = await import('../../sweep/audit.js');
    process.exitCode = await auditCommand({reference: args.DIR, runsDir: flags['runs-dir'], json: flags.json});
  }
}
