import {Args} from '@oclif/core';
import {boolean, integer, string} from '@oclif/core/flags';
import {BaseCommand} from '../base.js';

export default class SweepBest extends BaseCommand {
  static override summary = 'Show the best trial of a sweep, and write it as an experiment of its own.';
  static override description =
    'The best is among the points of which every seed finished, by the mean of the metric. What --emit writes is a complete spec with the best values: exp validate takes it, and exp run trains it to the same numbers.';
  static override examples = [
    '<%= config.bin %> sweep best latest',
    '<%= config.bin %> sweep best latest --emit best.yaml && <%= config.bin %> run best.yaml',
    '<%= config.bin %> sweep best runs/mnist-lr-20261123-201500-abcd --top 5 --json',
  ];
  static override args = {DIR: Args.string({description: 'the folder of a sweep', required: true})};
  static override flags = {
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    emit: string({description: 'write the best as an experiment into this file', helpValue: 'FILE'}),
    top: integer({description: 'how many points to show', default: 1, min: 1}),
    json: boolean({description: 'print JSON'}),
  };

  override async run(): Promise<void> {
    const {args, flags} = await this.parse(SweepBest);
    const [{showSweepBest}, {streamSink}] = await Promise.all([
      import('../../sweep/best-command.js'),
      import('../../report/sink.js'),
    ]);
    const request = {...flags, reference: args.DIR, runsDir: flags['runs-dir']};
    await showSweepBest(request, streamSink(process.stdout));
  }
}
