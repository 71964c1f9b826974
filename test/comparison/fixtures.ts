import {type ComparedRun, leavesOf} from '../../src/comparison/compared-run.js';

type Written = Partial<Omit<ComparedRun, 'settings' | 'epochs'>> & {
  readonly spec?: unknown;
  readonly epochs?: readonly Readonly<Record<string, number>>[];
};

/** A finished run without a folder. */
export function runOf(id: string, {spec = {}, epochs = [], ...rest}: Written = {}): ComparedRun {
  return {
    id,
    path: `runs/${id}`,
    name: id,
    state: 'finished',
    seed: undefined,
    settings: leavesOf(spec),
    epochs: () => epochs,
    last: {},
    best: undefined,
    monitor: undefined,
    test: undefined,
    durationSeconds: undefined,
    examplesPerSecond: undefined,
    numParameters: undefined,
    numEpochs: undefined,
    dataFingerprint: 'f',
    warnings: [],
    ...rest,
  };
}

/** Three seeds at each of some learning rates. @param values val_accuracy by learning rate */
export const seedsOf = (values: Readonly<Record<number, readonly number[]>>): readonly ComparedRun[] =>
  Object.entries(values).flatMap(([rate, list]) =>
    list.map((value, index) =>
      runOf(`r${rate}-${index + 1}`, {
        name: 'net',
        spec: {name: 'net', seed: index + 1, training: {optimizer: {type: 'adam', learningRate: Number(rate)}}},
        seed: index + 1,
        last: {loss: 1, val_accuracy: value},
      }),
    ),
  );
