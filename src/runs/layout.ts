/** The names inside a run folder. No other room spells them. */
export const runFiles = {
  /** The spec as the user wrote it. */
  spec: 'spec.yaml',
  /** The spec with every default, reference and override filled in; training it again gives the same run. */
  resolved: 'resolved.yaml',
  /** Where each value of the resolved spec came from. */
  origins: 'origins.json',
  /** What was to be trained: data with their fingerprint and what transforms learnt of them, layers, sizes, engine. */
  plan: 'plan.json',
  /** One row per epoch, training and validation side by side, no wall clock: equal runs give equal bytes. */
  metrics: 'metrics.csv',
  /** One row per logged step. */
  steps: 'steps.csv',
  /** With `validateEverySteps`: the validation set's values within epochs. */
  validation: 'validation.csv',
  /** Seconds and examples per second, one row per epoch. */
  timing: 'timing.csv',
  /** Written last, by rename: present ⇔ the run finished. */
  summary: 'summary.json',
  /** State, process and heartbeat. */
  status: 'status.json',
  /** Versions, machine, device, git commit, command line. */
  environment: 'environment.json',
  /** Uncommitted changes, when there are any. */
  gitDiff: 'git.diff',
  /** What was printed, as plain text. */
  log: 'output.log',
  /** Tags and notes given afterwards, a line each, only ever appended to. */
  labels: 'labels.jsonl',
  /** `last`, `last.previous`, `best` and further `best-STEP`, each a folder of its own. */
  checkpoints: 'checkpoints',
  /** The final model in TensorFlow.js format. */
  model: 'model',
  /** With --dump-graph: the training step as ONNX, `recorded.onnx` and `optimized.onnx`. */
  graph: 'graph',
} as const;

export type RunFile = keyof typeof runFiles;

/** A table that a metric made of a set: `confusion-matrix.test.csv`. @param name what it is called, an output's name in front perhaps */
export const tableFile = (name: string, split: string): string => `${name.replaceAll(/[^\w.-]+/g, '-')}.${split}.csv`;

/** Name and set of such a file; undefined for any other. */
export function tableOf(fileName: string): {readonly name: string; readonly split: string} | undefined {
  const [, name, split] = /^(.+)\.(validation|test)\.csv$/.exec(fileName) ?? [];
  return name === undefined || split === undefined ? undefined : {name, split};
}

/** The names inside a checkpoint folder. */
export const checkpointFiles = {
  weights: 'weights.safetensors',
  optimizer: 'optimizer.safetensors',
  /** Weights that early stopping would bring back. */
  bestWeights: 'best-weights.safetensors',
  /** What the metrics of an epoch under way have gathered. */
  gathered: 'metrics.safetensors',
  state: 'state.json',
} as const;

/** The names inside the model folder that TensorFlow.js looks for; model.json names its weight file itself. */
export const modelFiles = {topology: 'model.json'} as const;
