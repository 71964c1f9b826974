import t from 'tap';
import {loadEagerBackend} from '../../src/engine/eager/backends.js';
import {readGraphCases, type WrittenLayer} from '../model/fixtures.js';
import {enginesAgree} from './two-steps.js';

await loadEagerBackend('cpu');

/** Leaves class numbers what they are, and makes some of the negative ones of the second step. */
const classes: WrittenLayer = {type: 'activation', name: 'front', function: 'relu'};

for (const {title, layers, inputs, probe, inputGradient} of readGraphCases()) {
  const whole = inputGradient ? layers : [classes, ...layers];
  t.test(`the engines agree on ${title}`, (t) => enginesAgree(t, whole, inputs, probe));
}
