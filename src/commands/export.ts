import {boolean, integer, option, string} from '@oclif/core/flags';
import {BaseCommand} from './base.js';

export default class Export extends BaseCommand {
  static override summary = 'Write the model of a run for other programs, or runs for TensorBoard, MLflow and W&B.';
  static override description =
    'A model (tfjs, onnx, safetensors) is one RUN; what is written is run on examples of its data and compared with the model first.\n' +
    'tensorboard, mlflow and wandb take several RUNS (patterns, a group, a sweep too), also such as are under way; exporting again adds only what is new.\n' +
    'Of the environment MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, are read for mlflow; WANDB_API_KEY for wandb.';
  static override examples = [
    '<%= config.bin %> export latest --format onnx',
    '<%= config.bin %> export mnist-cnn-2026 --format tfjs --checkpoint best --out public/model',
    '<%= config.bin %> export latest --format safetensors --names pytorch',
    '<%= config.bin %> export runs/mlp-* --format tensorboard --out logs',
    '<%= config.bin %> export latest --format mlflow --url http://127.0.0.1:5000',
    '<%= config.bin %> export runs/mlp-* --format wandb --project letters',
  ];
  static override strict = false;
  static override usage = 'export RUN… --format FORMAT [flags]';
  static override flags = {
    format: option({
      options: ['tfjs', 'onnx', 'safetensors', 'tensorboard', 'mlflow', 'wandb'] as const,
      required: true,
      description: 'what to write',
    })(),
    out: string({
      char: 'o',
      description: 'where to; in the working folder, called after the run, by default. The log folder of tensorboard',
    }),
    checkpoint: option({
      description: 'which weights; the best checkpoint where there is one, else the final model',
      options: ['best', 'last', 'model'] as const,
    })(),
    force: boolean({description: 'replace what is there'}),
    'batch-size': integer({min: 1, description: 'onnx: for so many examples at a time; any number without it'}),
    probabilities: boolean({description: 'onnx: with the softmax or sigmoid that is part of the loss'}),
    names: option({
      description: 'safetensors: whose names and order of axes',
      options: ['exp', 'pytorch'] as const,
    })(),
    examples: string({description: "onnx, tfjs: a file of examples to check on, in place of the run's data"}),
    url: string({
      description:
        'mlflow: the tracking server; MLFLOW_TRACKING_URI without it. wandb: a server of your own; WANDB_BASE_URL without it',
    }),
    experiment: string({description: "mlflow: the experiment; the name of the run's spec without it"}),
    entity: string({description: "wandb: whose project; WANDB_ENTITY without it, else that of the key's owner"}),
    project: string({description: "wandb: WANDB_PROJECT without it, else the name of the run's spec"}),
    'runs-dir': string({description: 'where run folders are', default: 'runs', env: 'EXP_RUNS_DIR'}),
    json: boolean({description: 'print JSON'}),
  };

  override async run(): Promise<void> {
    const {argv, flags} = await this.parse(Export);
    const {exportRuns} = await import('../experiment/export-command.js');
    const {'runs-dir': runsDir, 'batch-size': batchSize, ...rest} = flags;
    await exportRuns({...rest, runsDir, batchSize, runs: argv.map(String)}, process.stdout, process.stderr);
  }
}
