import t from 'tap';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {readLayerCases, type WrittenLayer} from '../model/fixtures.js';
import {enginesAgree} from './two-steps.js';

await loadEagerBackend('cpu');

// In front stands a layer with weights and statistics, which only gradients of the examined layer's input can change.
const front: WrittenLayer = {type: 'batchNormalization', name: 'front'};

/** Leaves class numbers what they are, and makes some of the negative ones of the second step. */
const classes: WrittenLayer = {type: 'activation', name: 'front', function: 'relu'};

for (const {title, layer, inputs, probe, inputGradient} of readLayerCases()) {
  const layers = [inputGradient ? front : classes, layer];
  t.test(`the engines agree on ${title}`, (t) => enginesAgree(t, layers, inputs, probe));
}
