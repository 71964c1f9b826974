import {spawnSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {hostname} from 'node:os';
import path from 'node:path';
import {stringify} from 'yaml';
import type {RunStatus, RunSummary} from '../../src/runs/records.js';

/** A process id that was in use and is no more. */
export const deadPid = spawnSync(process.execPath, ['-e', '']).pid;

export interface WrittenRun {
  readonly spec?: unknown;
  /** Text of metrics.csv. */
  readonly metrics?: string;
  readonly status?: Partial<RunStatus>;
  /** Without it the run has not finished. */
  readonly summary?: Partial<RunSummary> | false;
  /** Text files by name, checkpoints/best/state.json for instance. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Writes a run folder as a finished run leaves it, but for what the options say. @returns its path */
export function writeRun(
  runsDir: string,
  name: string,
  {spec, metrics, status, summary, files}: WrittenRun = {},
): string {
  const folder = path.join(runsDir, name);
  mkdirSync(folder, {recursive: true});
  const write = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, file)), {recursive: true});
    writeFileSync(path.join(folder, file), text);
  };
  const startedAt = '2026-01-02T03:04:05.000Z';
  write(
    'status.json',
    JSON.stringify({
      state: 'finished',
      pid: deadPid,
      host: hostname(),
      startedAt,
      heartbeatAt: '2026-01-02T03:05:05.000Z',
      epoch: 2,
      numEpochs: 2,
      step: 4,
      ...status,
    }),
  );
  if (summary !== false) {
    write(
      'summary.json',
      JSON.stringify({
        run: name,
        name: name.split('-')[0],
        tags: [],
        seed: 1,
        startedAt,
        finishedAt: '2026-01-02T03:05:05.000Z',
        epochs: 2,
        steps: 4,
        stoppedEarly: false,
        metrics: {final: {loss: 0.5, val_accuracy: 0.9}, test: {test_accuracy: 0.8}},
        durationSeconds: {total: 60, training: 50, waiting: 1, evaluation: 5},
        examplesPerSecond: 10,
        numParameters: 3,
        numTrainableParameters: 3,
        engine: 'eager',
        device: 'cpu',
        dataFingerprint: 'ff',
        peakMemoryBytes: 1e8,
        ...summary,
      }),
    );
  }
  write('resolved.yaml', stringify(spec ?? {name: 'a', seed: 1, training: {batchSize: 32}}));
  write('metrics.csv', metrics ?? 'epoch,step,learningRate,loss,val_accuracy\n1,2,0.1,0.7,0.6\n2,4,0.1,0.5,0.9\n');
  for (const [file, text] of Object.entries(files ?? {})) write(file, text);
  return folder;
}
