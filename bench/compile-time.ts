/**
 * Milliseconds of CPU time that it takes to compile training and evaluation of a lesson, and the phases of the training step.
 *
 *   node --import tsx bench/compile-time.ts [--spec experiments/mnist-cnn.yaml …] [--rounds 3]
 *
 * The first round is the one that a run pays: JavaScript is not compiled yet.
 */
import {parseArgs} from 'node:util';
import {createCompiledSession} from '../src/engine/compiled/session.js';
import {loadExperiment} from '../src/experiment/load.js';
import {prepareExperiment} from '../src/experiment/prepare.js';
import {describeMachine} from './machine.js';

const {values: flags} = parseArgs({
  options: {
    spec: {
      type: 'string',
      multiple: true,
      default: [
        'experiments/mnist-cnn.yaml',
        'experiments/4-resnet20-blocks.yaml',
        'experiments/10-alice-transformer.yaml',
      ],
    },
    rounds: {type: 'string', default: '3'},
  },
});

console.log(describeMachine());
console.log('| lesson | round | CPU ms | recording | passes | lowering | loading |\n|---|---|---|---|---|---|---|');
for (const path of flags.spec) {
  // On the eager engine, so that nothing of the compiled one has run before the first round.
  const experiment = await loadExperiment({path}, {overrides: ['engine=eager', 'device=cpu']});
  const {sessionOptions, dispose} = await prepareExperiment(experiment, console.warn);
  for (let round = 1; round <= Number(flags.rounds); round++) {
    const before = process.cpuUsage();
    const session = await createCompiledSession(sessionOptions);
    session.prepare(experiment.spec.training.batchSize);
    const {user, system} = process.cpuUsage(before);
    const {recording, passes, lowering, loading} = session.compileMillis!;
    const cells = [
      experiment.spec.name,
      round,
      ((user + system) / 1000).toFixed(0),
      recording,
      passes,
      lowering,
      loading,
    ];
    console.log(`| ${cells.join(' | ')} |`);
    await session.dispose();
  }
  await dispose();
}
