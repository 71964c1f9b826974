import {Args} from '@oclif/core';
import {boolean, integer, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Watch extends BaseCommand {
  static override summary = 'Show runs in the browser while they are trained: curves grow, logs, stopping a run.';
  static override description =
    'Serves the page of exp report for a folder of runs and sweeps, or for one sweep, on this machine only, and keeps it up to date: it reads run folders, whoever writes them. The address has a token: whoever opens it may stop runs. Ctrl-C ends it; runs go on.';
  static override examples = [
    '<%= config.bin %> watch',
    '<%= config.bin %> watch /data/runs --open',
    '<%= config.bin %> watch --port 6006 --host 0.0.0.0',
  ];
  static override aliases = ['ui'];
  static override args = {
    RUNS_DIR: Args.string({description: 'where run folders are; the same as --runs-dir'}),
  };
  static override flags = {
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    host: string({
      description: 'the address to listen at; other than this machine itself it asks for the token',
      default: '127.0.0.1',
    }),
    port: integer({description: 'the port to listen at; any that is free by default', default: 0, min: 0, max: 65535}),
    open: boolean({description: 'open the page in the browser'}),
    columns: string({description: 'columns of the table, separated by commas'}),
    sort: string({description: 'the column to sort by, best first'}),
    maximize: string({description: 'columns of which more is better, separated by commas'}),
    minimize: string({description: 'columns of which less is better, separated by commas'}),
    'group-by': string({
      description: 'settings in which the runs of a row may differ; seed and fold by default, none for a row each',
    }),
  };

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(Watch);
    const {watchRuns} = await import('../experiment/watch-command.js');
    const runsDir = args.RUNS_DIR ?? flags['runs-dir'];
    await watchRuns({...flags, runsDir, groupBy: flags['group-by']}, process.stdout);
  }
}
