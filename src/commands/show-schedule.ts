import {file} from '@oclif/core/args';
import {boolean, string} from '@oclif/core/flags';
import {plotOptions} from '../report/plot/options.js';
import {writePieces} from '../report/sink.js';
import {BaseCommand} from './base.js';

export default class ShowSchedule extends BaseCommand {
  static override summary = 'Draw the learning rate of each update of a run; loads no engine.';
  static override examples = [
    '<%= config.bin %> show-schedule experiments/mnist-cnn.yaml',
    "<%= config.bin %> show-schedule experiments/mnist-cnn.yaml training.schedule='{type: oneCycle}' training.epochs=5",
    '<%= config.bin %> show-schedule experiments/mnist-cnn.yaml --csv > rates.csv',
  ];
  static override strict = false;
  static override usage = 'show-schedule SPEC [KEY=VALUE…] [flags]';
  static override args = {spec: file({required: true, description: 'the experiment, a YAML file'})};
  static override flags = {
    out: string({description: 'write the curve into a file: a picture (.svg) or a table (.csv)'}),
    csv: boolean({description: 'print a table with a row for each update', exclusive: ['json']}),
    json: boolean({description: 'print JSON, with at most 1000 points of the curve'}),
    ascii: boolean({description: 'draw with ASCII letters only'}),
  };

  override async run(): Promise<void> {
    const {args, argv, flags} = await this.parse(ShowSchedule);
    const shows = await import('../experiment/show-schedule.js');
    const shown = await shows.showSchedule({spec: args.spec, overrides: argv.slice(1).map(String)});
    if (flags.out !== undefined) shows.saveSchedule(shown, flags.out);
    if (flags.csv) await writePieces(process.stdout, shows.scheduleCsv(shown));
    else if (flags.json) process.stdout.write(`${JSON.stringify(shows.scheduleJson(shown))}\n`);
    else process.stdout.write(shows.formatSchedule(shown, plotOptions(process.stdout, flags.ascii)));
  }
}
