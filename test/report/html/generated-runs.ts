import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {stringify} from 'yaml';
import {Rng} from '../../../src/support/random.js';

/** Writes run folders as `exp run` leaves them, with made-up numbers: learning rates and widths, three seeds each. */
export function writeGeneratedRuns(runsDir: string, numRuns: number, numEpochs: number): void {
  for (let index = 0; index < numRuns; index++) writeGeneratedRun(runsDir, index, numEpochs);
}

function writeGeneratedRun(runsDir: string, index: number, numEpochs: number): void {
  const rng = Rng.fromSeed(index);
  const group = Rng.fromSeed(1000 + Math.floor(index / 3));
  const rate = 10 ** (-4 + 3 * group.uniform());
  const units = 16 * (1 + group.below(8));
  const run = `net-20261123-120000-${String.fromCharCode(...[676, 26, 1].map((unit) => 97 + (Math.floor(index / unit) % 26)))}z`;
  const folder = path.join(runsDir, run);
  mkdirSync(folder, {recursive: true});
  const write = (name: string, content: unknown): void =>
    writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  const layers = [
    {type: 'dense', units, activation: 'relu', useBias: true, kernelInitializer: {type: 'glorotUniform'}},
    {type: 'dense', units: 10, activation: 'linear', useBias: true, kernelInitializer: {type: 'glorotUniform'}},
  ];
  const training = {
    ...{epochs: numEpochs, batchSize: 32, shuffle: true, loss: {type: 'softmaxCrossEntropy'}},
    ...{optimizer: {type: 'adam', learningRate: rate, beta1: 0.9}, metrics: [{type: 'accuracy'}], logEverySteps: 50},
  };
  const data = {source: {type: 'mnist'}, validation: {fraction: 0.1, stratify: true}};
  write(
    'resolved.yaml',
    stringify({name: 'net', seed: index % 3, data, model: {layers}, training, checkpoint: {monitor: 'val_accuracy'}}),
  );
  const ceiling = 0.99 - 0.05 * Math.abs(Math.log10(rate) + 2.5) - 0.2 / units;
  const at = (epoch: number): Record<string, number> => {
    const done = 1 - Math.exp(-epoch / 15);
    const noise = (): number => 0.01 * (rng.uniform() - 0.5);
    const accuracy = 0.1 + (ceiling - 0.1) * done;
    return {
      loss: 2.3 * (1 - done) + 0.05 + Math.abs(noise()),
      accuracy: accuracy + noise(),
      val_loss: 2.3 * (1 - done) + 0.1 + Math.abs(noise()),
      val_accuracy: accuracy - 0.01 + noise(),
    };
  };
  const moments = Array.from({length: numEpochs}, (_, epoch) => at(epoch + 1));
  const rows = moments.map((moment, epoch) => [epoch + 1, 1875 * (epoch + 1), rate, ...Object.values(moment)].join());
  write('metrics.csv', `epoch,step,learningRate,loss,accuracy,val_loss,val_accuracy\n${rows.join('\n')}\n`);
  const times = moments.map((_, epoch) => `${epoch + 1},${4 + rng.uniform()},0.01,0.002,0.5,13000`);
  write(
    'timing.csv',
    `epoch,trainSeconds,waitSeconds,waitShare,evaluateSeconds,examplesPerSecond\n${times.join('\n')}\n`,
  );
  const steps = Array.from({length: 10 * numEpochs}, (_, step) =>
    [187 * (step + 1), Math.floor(step / 10) + 1, 2.3 * Math.exp(-step / 150) + 0.1 * rng.uniform(), rate].join(),
  );
  write('steps.csv', `step,epoch,batchLoss,learningRate\n${steps.join('\n')}\n`);
  const classes = Array.from({length: 10}, (_, digit) => String(digit));
  const matrix = classes.map((digit, i) => [digit, ...classes.map((_, j) => (i === j ? 950 : rng.below(12)))].join());
  write('confusion-matrix.test.csv', `true \\ predicted,${classes.join()}\n${matrix.join('\n')}\n`);
  const last = moments.at(-1)!;
  const stamps = {startedAt: '2026-11-23T12:00:00.000Z', finishedAt: '2026-11-23T12:08:00.000Z'};
  write('status.json', {
    ...{state: 'finished', pid: 1, host: 'generated', epoch: numEpochs, numEpochs, step: 1875 * numEpochs},
    ...{heartbeatAt: stamps.finishedAt, endedAt: stamps.finishedAt, startedAt: stamps.startedAt},
  });
  const size = {numParameters: 795 * units + 10, numTrainableParameters: 795 * units + 10};
  write('plan.json', {
    ...{name: 'net', seed: index % 3, source: 'mnist', inputShapes: {input: [784]}, ...size},
    layers: [
      {name: 'dense', type: 'dense', outputShape: [units], numParameters: 785 * units},
      {name: 'logits', type: 'dense', outputShape: [10], numParameters: 10 * units + 10},
    ],
    data: {numTrain: 54000, numValidation: 6000, numTest: 10000},
    ...{epochs: numEpochs, batchSize: 32, stepsPerEpoch: 1688, loss: 'softmaxCrossEntropy', optimizer: 'adam'},
  });
  write('environment.json', {
    ...{exp: '0.1.0', node: 'v20.20.2', packages: {'onnxruntime-node': '1.30.0'}, host: 'generated', memoryBytes: 24e9},
    ...{os: {platform: 'linux', release: '6', arch: 'x64'}, cpu: {model: 'cpu', cores: 2}, engine: 'compiled'},
    ...{device: 'cpu', git: null, command: ['run', 'net.yaml'], workingDirectory: '/', spec: 'net.yaml', variables: {}},
  });
  write('summary.json', {
    ...{run, name: 'net', tags: [], seed: index % 3, ...stamps, epochs: numEpochs, steps: 1875 * numEpochs},
    ...{stoppedEarly: false, ...size, engine: 'compiled', device: 'cpu', dataFingerprint: 'f', peakMemoryBytes: 4e8},
    metrics: {
      final: last,
      best: {epoch: numEpochs, metrics: last},
      test: {test_loss: last.val_loss! + 0.01, test_accuracy: last.val_accuracy! - 0.002},
    },
    durationSeconds: {total: 480, training: 450, waiting: 1, evaluation: 25},
    examplesPerSecond: 12000 + rng.below(1000),
  });
}
