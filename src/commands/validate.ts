import {string as text} from '@oclif/core/args';
import {boolean, string} from '@oclif/core/flags';
import {streamSink} from '../report/sink.js';
import {BaseCommand} from './base.js';

export default class Validate extends BaseCommand {
  static override summary = 'Check experiments and sweeps: all mistakes at once, each with its line; loads no engine.';
  static override description =
    'Exits 0 when every spec is valid, else 2. Overrides (key=value) are laid over each spec.\n' +
    'Of a sweep, every point of the grid is tried on the experiment, or the corners of its ranges.';
  static override examples = [
    '<%= config.bin %> validate experiments/*.yaml',
    '<%= config.bin %> validate experiments/mnist-cnn.yaml training.batchSize=64',
    '<%= config.bin %> validate experiments/sweeps/*.yaml',
  ];
  static override strict = false;
  static override usage = 'validate SPEC… [KEY=VALUE…] [flags]';
  static override args = {spec: text({required: true, description: 'the experiments or sweeps, YAML files'})};
  static override flags = {
    'runs-dir': string({description: 'where model.init looks for runs', default: 'runs', env: 'EXP_RUNS_DIR'}),
    json: boolean({description: 'print JSON'}),
  };

  override async run(): Promise<void> {
    const {argv, flags} = await this.parse(Validate);
    const [{formatReports, validateSpecs}, {reportOfSweep}] = await Promise.all([
      import('../experiment/validate.js'),
      import('../sweep/validate.js'),
    ]);
    const reports = await validateSpecs(argv.map(String), flags['runs-dir'], reportOfSweep);
    const valid = reports.every((report) => report.valid);
    if (!valid) process.exitCode = 2;
    streamSink(process.stdout).write(
      `${flags.json ? JSON.stringify({valid, specs: reports}, null, 2) : formatReports(reports)}\n`,
    );
  }
}
