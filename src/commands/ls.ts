import {boolean, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Ls extends BaseCommand {
  static override summary = 'List the runs of a folder: state, epochs, metrics, duration.';
  static override examples = ['<%= config.bin %> ls', '<%= config.bin %> ls --runs-dir /data/runs --json'];
  static override flags = {
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    json: boolean({description: 'print JSON'}),
  };

  override async run(): Promise<void> {
    const {flags} = await this.parse(Ls);
    const [{listRuns}, {listingOf, renderRunList}, {streamSink}] = await Promise.all([
      import('../runs/find-runs.js'),
      import('../report/run-list.js'),
      import('../report/sink.js'),
    ]);
    const listings = listRuns(flags['runs-dir']).map(listingOf);
    const [sink, errors] = [streamSink(process.stdout), streamSink(process.stderr)];
    if (flags.json) {
      sink.write(`${JSON.stringify(listings, null, 2)}\n`);
      return;
    }
    if (listings.length === 0) errors.write(`no runs in ${flags['runs-dir']}\n`);
    else sink.write(renderRunList(listings, sink));
    for (const {run, warnings} of listings) {
      for (const warning of warnings) errors.write(`${errors.style.yellow('warning:')} ${run}: ${warning}\n`);
    }
  }
}
