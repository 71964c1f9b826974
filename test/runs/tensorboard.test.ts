import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {hparamsOf, tensorboardReporter} from '../../src/report/tensorboard-reporter.js';
import {writeEventFile} from '../../src/runs/interop/event-file.js';
import {frame, maskedCrc32c} from '../../src/runs/interop/event-records.js';
import {readRun} from '../../src/runs/run.js';
import {crc32c} from '../../src/support/crc32c.js';
import {readReference} from '../reference/read.js';

const id = 'curves-20260102-030405-abcd';
const startedAt = '2026-01-02T03:04:05.000Z';
const startSeconds = 1767323045;

/** Two epochs of two steps, the validation set in the middle of the first one, a test set at the end. */
const runFolder = {
  'status.json': JSON.stringify({
    state: 'finished',
    pid: 1,
    host: 'elsewhere',
    startedAt,
    heartbeatAt: startedAt,
    epoch: 2,
    numEpochs: 2,
    step: 4,
  }),
  'summary.json': JSON.stringify({
    run: id,
    name: 'curves',
    tags: [],
    seed: 7,
    group: {id: 'abcdefgh', run: 1, numRuns: 2, seed: 7},
    startedAt,
    finishedAt: '2026-01-02T03:05:05.000Z',
    epochs: 2,
    steps: 4,
    stoppedEarly: false,
    metrics: {final: {loss: 0.5}, test: {test_loss: 0.75}},
    durationSeconds: {total: 60, training: 50, waiting: 1, evaluation: 5},
    examplesPerSecond: 10,
    numParameters: 3,
    numTrainableParameters: 3,
    engine: 'eager',
    device: 'cpu',
    dataFingerprint: 'ff',
    peakMemoryBytes: 1e8,
  }),
  'metrics.csv': 'epoch,step,learningRate,loss,val_loss\n1,2,0.01,1.5,NaN\n2,4,0.001,0.5,0.625\n',
  'steps.csv': 'step,epoch,batchLoss,learningRate,loss\n1,1,2,0.01,2\n2,1,1,0.01,1.5\n3,2,0.25,0.001,0.25\n',
  'validation.csv': 'step,epoch,val_loss\n1,1,3\n2,1,NaN\n',
  'timing.csv':
    'epoch,trainSeconds,waitSeconds,waitShare,evaluateSeconds,examplesPerSecond\n1,8,2,0.25,2,100\n2,16,0,0,4,50\n',
  'spec.yaml': 'name: curves\nseed: 7\n',
  'resolved.yaml':
    'name: curves\ndescription: not a setting\nseed: 7\nmodel: {layers: [{type: dense, units: 3, useBias: true}]}\ntraining: {milestones: [1, 2]}\n',
};

interface Read {
  readonly runs: Readonly<
    Record<
      string,
      {
        readonly fileVersion: number;
        readonly scalars: Readonly<Record<string, readonly (readonly [number, number | string, number])[]>>;
        readonly texts: Readonly<Record<string, string>>;
      }
    >
  >;
  readonly hparams: {
    readonly sessions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly columns: readonly string[];
    readonly metrics: readonly string[];
  };
}

const written = path.resolve(import.meta.dirname, '../reference/tensorboard-events', id);
const fileName = `events.out.tfevents.${startSeconds}.exp`;

t.test('a run becomes the event file that TensorBoard read in test/reference/tensorboard_events.py', async (t) => {
  const folder = path.join(t.testdir({[id]: runFolder}), id);
  const run = readRun(folder);
  const logs = path.join(folder, 'logs');
  const {path: file, numScalars} = writeEventFile(run, logs, hparamsOf(run.resolvedSpec()));
  t.equal(file, path.join(logs, id, fileName));
  t.equal(numScalars, 27);
  if (process.env.UPDATE_EVENTS) {
    mkdirSync(written, {recursive: true});
    writeFileSync(path.join(written, fileName), readFileSync(file));
  }
  t.ok(readFileSync(file).equals(readFileSync(path.join(written, fileName))), 'byte for byte');
  writeEventFile(run, logs, hparamsOf(run.resolvedSpec()));
  t.strictSame(readdirSync(path.join(logs, id)), [fileName], 'written again it takes the same place');
});

t.test('what TensorBoard read is what the run measured', async (t) => {
  const {runs, hparams} = readReference<Read>('tensorboard_events');
  const {fileVersion, scalars, texts} = runs[id]!;
  t.equal(fileVersion, 2);
  // 8 s of steps and 2 s of evaluation, then 16 s and 4 s; the test set when the run was finished.
  const times = {step1: startSeconds + 4, step2: startSeconds + 10, step3: startSeconds + 18, step4: startSeconds + 30};
  const single = (value: number): number => Math.fround(value);
  t.strictSame(scalars['train/loss'], [
    [2, 1.5, times.step2],
    [4, 0.5, times.step4],
  ]);
  t.strictSame(scalars['train/learningRate'], [
    [2, single(0.01), times.step2],
    [4, single(0.001), times.step4],
  ]);
  t.strictSame(scalars['validation/loss'], [
    [1, 3, times.step1],
    [2, 'nan', times.step2],
    [4, 0.625, times.step4],
  ]);
  t.strictSame(scalars['test/loss'], [[4, 0.75, startSeconds + 60]]);
  t.strictSame(scalars['steps/batchLoss'], [
    [1, 2, times.step1],
    [2, 1, times.step2],
    [3, 0.25, times.step3],
  ]);
  t.strictSame(
    scalars['timing/examplesPerSecond']!.map(([step, value]) => [step, value]),
    [
      [2, 100],
      [4, 50],
    ],
  );
  t.equal(texts.spec, '```yaml\nname: curves\nseed: 7\n\n```');
  t.strictSame(hparams.sessions[id], {
    groupName: 'abcdefgh',
    startSeconds,
    hparams: {
      'model.layers.0.type': 'dense',
      'model.layers.0.units': 3,
      'model.layers.0.useBias': true,
      seed: 7,
      'training.milestones': '[1,2]',
    },
    status: 1,
    endSeconds: startSeconds + 60,
  });
  t.strictSame(hparams.metrics.includes('validation/loss'), true);
});

t.test('checksums of RFC 3720, B.4', async (t) => {
  t.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  t.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  t.equal(crc32c(Uint8Array.from({length: 32}, (_, i) => i)), 0x46dd794e);
  t.equal(crc32c(Uint8Array.from({length: 32}, (_, i) => 31 - i)), 0x113fdb5c);
  // Rotated right by 15 bits, plus 0xa282ead8: 0x8a9136aa → 0x6d551522 + 0xa282ead8, modulo 2³².
  t.equal(maskedCrc32c(new Uint8Array(32)), 0x0fd7fffa);
});

t.test('a record is its length, the data, and a checksum of each', async (t) => {
  const record = Buffer.from(frame(new Uint8Array(32)));
  t.equal(record.length, 48);
  t.equal(record.readBigUInt64LE(0), 32n);
  t.equal(record.readUInt32LE(8), maskedCrc32c(record.subarray(0, 8)));
  t.equal(record.readUInt32LE(44), 0x0fd7fffa);
});

t.test('while training', async (t) => {
  const folder = path.join(t.testdir({[id]: runFolder}), id);
  const plan = {path: folder} as Parameters<ReturnType<typeof tensorboardReporter>['planned']>[0];
  const goesOn = tensorboardReporter({onlyWhereBegun: true, logEverySteps: 1});
  goesOn.planned(plan);
  goesOn.close();
  const files = (): readonly string[] => readdirSync(folder).filter((name) => name.includes('tfevents'));
  t.strictSame(files(), [], 'a run that has no event file gets none when it goes on');

  const begins = tensorboardReporter({onlyWhereBegun: false, logEverySteps: 2});
  begins.planned(plan);
  for (const step of [1, 2]) {
    begins.listen({
      ...{type: 'step', epoch: 1, step, stepInEpoch: step, batchLoss: 1, running: {loss: 1}},
      ...{learningRate: 0.1, numExamples: 8},
    } as Parameters<typeof begins.listen>[0]);
  }
  begins.listen({type: 'tested', metrics: {test_loss: 0.5}});
  begins.close();
  const [file] = files();
  t.ok(file?.startsWith('events.out.tfevents.'));
  const records = recordsOf(readFileSync(path.join(folder, file!)));
  // The version, the session's begin, the spec, a restart in front of step 1, step 2, the test set, the session's end.
  t.equal(records.length, 7);
  t.match(records[0]!.toString('latin1'), /brain\.Event:2$/);
  t.match(records[4]!.toString('latin1'), /steps\/batchLoss/);
  t.match(records[5]!.toString('latin1'), /test\/loss/);
});

/** The data of the records of a file, each with intact checksums. */
function recordsOf(bytes: Buffer): readonly Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    if (bytes.readUInt32LE(at + 8) !== maskedCrc32c(bytes.subarray(at, at + 8))) throw new Error('a damaged length');
    if (bytes.readUInt32LE(at + 12 + length) !== maskedCrc32c(data)) throw new Error('damaged data');
    records.push(data);
    at += length + 16;
  }
  return records;
}

t.ok(existsSync(path.join(written, fileName)), 'the file that TensorBoard read is there');
