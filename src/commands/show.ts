import {string as text} from '@oclif/core/args';
import {boolean, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Show extends BaseCommand {
  static override summary = 'Show one run: how it went, its metrics and curves, its model, where its files are.';
  static override examples = ['<%= config.bin %> show latest', '<%= config.bin %> show mnist-cnn-2026 --json'];
  static override args = {
    run: text({required: true, description: 'a path, a folder name, the beginning of one, or latest'}),
  };
  static override flags = {
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    json: boolean({description: 'print JSON'}),
  };

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(Show);
    const [{findRun}, {renderRun, reportOf}, {streamSink}] = await Promise.all([
      import('../runs/find-runs.js'),
      import('../report/run-screen.js'),
      import('../report/sink.js'),
    ]);
    const report = reportOf(findRun(args.run, flags['runs-dir']));
    const sink = streamSink(process.stdout);
    sink.write(flags.json ? `${JSON.stringify(report, null, 2)}\n` : renderRun(report, sink));
  }
}
