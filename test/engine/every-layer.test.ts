import t from 'tap';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {readGraphCases, readLayerCases, type WrittenLayer} from '../model/fixtures.js';
import {enginesAgree} from './two-steps.js';

await loadEagerBackend('cpu');

// In front stands a layer with weights and statistics, which only gradients of the examined layer's input can change.
const front: WrittenLayer = {type: 'batchNormalization', name: 'front'};

for (const {title, layer, inputs, probe} of readLayerCases()) {
  t.test(`the engines agree on ${title}`, (t) => enginesAgree(t, [front, layer], inputs, probe));
}

for (const {title, layers, inputs, probe} of readGraphCases()) {
  t.test(`the engines agree on ${title}`, (t) => enginesAgree(t, layers, inputs, probe));
}
