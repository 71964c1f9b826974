import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {Rng} from '../../src/support/random.js';
import {differences, drawMoment, isRunBy, killAt, run, runFolder, start, traces} from './victim.js';

/** Small, but with everything that has a state: slots, moving statistics, averages, plateau, early stopping, best ones, dropout, augmentation. */
const spec = `name: victim
seed: 3
data:
  source: {type: synthetic, pattern: blobs, numExamples: 90, numTest: 30, numClasses: 3}
  validation: {fraction: 0.2}
  augment: [{type: gaussianNoise, std: 0.05}]
model:
  layers:
    - {type: dense, units: 16, activation: relu}
    - {type: batchNormalization}
    - {type: dropout, rate: 0.2}
    - {type: dense, units: 3}
training:
  epochs: 36
  batchSize: 8
  loss: softmaxCrossEntropy
  optimizer: {type: adam, learningRate: 0.002}
  schedule: {type: reduceOnPlateau, patience: 2, factor: 0.7}
  weightAverage: {decay: 0.9}
  metrics: [accuracy, rocAuc, confusionMatrix]
  earlyStopping: {patience: 30}
  validateEverySteps: 3
  logEverySteps: 1
checkpoint: {monitor: val_loss, keep: 3, everySteps: 7}
`;

/** Kills of one engine; FAULT_KILLS=200 for twice as many. */
const numKills = Number(process.env.FAULT_KILLS ?? 100) / 2;
/** Longest wait from the beginning of training to a kill; a whole training takes somewhat longer. */
const spanMillis = 350;

/** Kills runs of an engine at seeded moments and resumes them, until what is left must equal what an undisturbed run left. */
export function killAndResume(engine: 'compiled' | 'eager'): void {
  const root = t.testdir();
  t.test(
    `${engine}: whenever it is killed, the run ends up the same`,
    {timeout: 900_000, buffered: true},
    async (t) => {
      const rng = Rng.fromSeed(20260723).split(engine);
      const folderOf = (name: string): string => {
        const folder = path.join(root, engine, name);
        mkdirSync(folder, {recursive: true});
        writeFileSync(path.join(folder, 'victim.yaml'), spec);
        return folder;
      };
      const undisturbed = folderOf('undisturbed');
      const first = ['run', 'victim.yaml', '--quiet', '--engine', engine];
      const {code, text} = await run(undisturbed, first);
      t.equal(code, 0, text);
      const expected = traces(runFolder(undisturbed)!);
      let kills = 0;
      for (let chain = 1; kills < numKills; chain++) {
        const folder = folderOf(`chain-${chain}`);
        const starts: string[] = [];
        let exit: number | string = 'SIGKILL';
        while (exit === 'SIGKILL') {
          const known = runFolder(folder);
          const hasBegun = known !== undefined && readdirSync(known).includes('environment.json');
          const victim = start(folder, hasBegun ? ['resume', 'latest', '--quiet'] : first);
          const isLastChance = kills >= numKills;
          const moment = drawMoment(rng, spanMillis);
          const wasKilled =
            !isLastChance && (await killAt(folder, victim, moment, () => isRunBy(folder, victim.child.pid)));
          exit = await victim.ended;
          starts.push(
            `${hasBegun ? 'resume' : 'run'}, ${moment.kind === 'time' ? moment.millis : String(moment.name)} → ${exit}: ${victim.output()}`,
          );
          if (wasKilled) kills++;
          if (
            !hasBegun &&
            wasKilled &&
            runFolder(folder) !== undefined &&
            !readdirSync(runFolder(folder)!).includes('environment.json')
          )
            break;
        }
        if (exit === 'SIGKILL') continue; // killed before it had begun: there is nothing to resume
        const found = runFolder(folder)!;
        if (exit === 2 && readFileSync(path.join(found, 'status.json'), 'utf8').includes('"finished"')) exit = 0; // killed when all was done
        const wrong = exit === 0 ? differences(traces(found), expected) : [`it ended with ${exit}`];
        t.strictSame(wrong, [], `chain ${chain}: ${starts.length} starts`);
        if (wrong.length === 0) continue;
        t.comment(starts.join('\n'));
        break;
      }
      t.comment(`${kills} kills`);
    },
  );
}
