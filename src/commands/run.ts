import {file} from '@oclif/core/args';
import {boolean, integer, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Run extends BaseCommand {
  static override summary = 'Train an experiment; ends with the run folder and the metrics.';
  static override description =
    'Values of the spec are overridden by key=value pairs: training.epochs=1 model.layers.5.units=500.\n' +
    'Ctrl-C finishes the step, saves a checkpoint and exits with 130 (exp resume goes on from it); a second one stops at once.\n' +
    'Exit codes: 0 finished, 1 failed, 2 bad usage or spec, 4 diverged, 130 interrupted.';
  static override examples = [
    '<%= config.bin %> run experiments/mnist-cnn.yaml',
    '<%= config.bin %> run experiments/mnist-cnn.yaml training.epochs=1 --seed 7 --tag try',
    '<%= config.bin %> run experiments/mnist-cnn.yaml --dry-run',
  ];
  static override strict = false;
  static override usage = 'run SPEC [KEY=VALUE…] [flags]';
  static override args = {spec: file({required: true, description: 'the experiment, a YAML file'})};
  static override flags = {
    'dry-run': boolean({description: 'print shapes, parameters, memory and device; train and write nothing'}),
    smoke: boolean({description: 'train and evaluate two batches in a temporary folder', exclusive: ['dry-run']}),
    name: string({description: "the run's name instead of the spec's"}),
    tag: string({description: 'add a tag; may be given several times', multiple: true, multipleNonGreedy: true}),
    seed: integer({description: "the seed instead of the spec's", exclusive: ['seeds']}),
    seeds: string({description: 'several seeds, a run for each: 1,2,3'}),
    device: string({description: 'where to train: auto, cpu, cuda, webgpu, or one by its number: cuda:1'}),
    engine: string({description: 'what trains', options: ['auto', 'compiled', 'eager']}),
    'runs-dir': string({description: 'where run folders go', default: 'runs', env: 'EXP_RUNS_DIR'}),
    'resume-if-exists': boolean({
      description:
        'go on with the newest run of the same name and spec, if there is one that is not finished: for jobs that may be stopped',
      exclusive: ['dry-run', 'smoke', 'dump-graph'],
    }),
    'dump-graph': boolean({
      description: 'write the training step as ONNX into the run folder, as recorded and as optimized',
      exclusive: ['dry-run', 'smoke'],
    }),
    tensorboard: boolean({
      description: 'also write an event file into the run folder, for tensorboard --logdir runs',
      exclusive: ['dry-run', 'smoke'],
    }),
    quiet: boolean({char: 'q', description: 'print only how it ended'}),
    json: boolean({
      description: 'print one JSON object a line: the plan, the events, how it ended',
      exclusive: ['quiet'],
    }),
  };

  override async run(): Promise<void> {
    const {args, argv, flags} = await this.parse(Run);
    const {runCommand} = await import('../experiment/run-command.js');
    process.exitCode = await runCommand({
      spec: args.spec,
      overrides: argv.slice(1).map(String),
      shorthands: {
        name: flags.name,
        seed: flags.seed,
        seeds: flags.seeds,
        device: flags.device,
        engine: flags.engine,
        tags: flags.tag ?? [],
      },
      runsDir: flags['runs-dir'],
      resumeIfExists: flags['resume-if-exists'],
      dryRun: flags['dry-run'],
      smoke: flags.smoke,
      dumpGraph: flags['dump-graph'],
      tensorboard: flags.tensorboard,
      quiet: flags.quiet,
      json: flags.json,
    });
  }
}
