/** A case of bench/peers.ts in exp, in a process of its own. Prints one JSON line. usage: ours.ts SPEC BATCH_SIZE [eager [DEVICE [OVERRIDE…]]] */
import {loadExperiment} from '../../src/experiment/load.js';
import {prepareExperiment} from '../../src/experiment/prepare.js';
import {train} from '../../src/training/loop.js';

const [path, batchSize, engine = 'compiled', device = 'cpu', ...more] = process.argv.slice(2);
const overrides = [`training.batchSize=${batchSize}`, `engine=${engine}`, `device=${device}`, ...more];
const experiment = await loadExperiment({path: path!}, {overrides});
const started = performance.now();
const {dataset, model, session, rng, dispose} = await prepareExperiment(experiment, () => {});
const prepareMillis = performance.now() - started;
const millis: number[] = [];
const {training, checkpoint} = experiment.spec;
const {test: _test, ...data} = dataset;
let before = 0;
await train({
  session,
  dataset: data,
  spec: training,
  checkpoint,
  outputShapes: model.outputShapes,
  numParameters: model.numParameters,
  rng,
  listener(event) {
    if (event.type !== 'epochEnded') return;
    millis.push(event.trainMillis / (event.step - before));
    before = event.step;
  },
});
await dispose();
const peakMegabytes = process.resourceUsage().maxRSS / 1024;
const parameters = model.numTrainableParameters;
const {device: usedDevice} = session;
console.log(JSON.stringify({device: usedDevice, parameters, prepareMillis, millis, peakMegabytes}));
