import t from 'tap';
import {activations} from '../src/model/activations.js';
import {layers} from '../src/model/layers/index.js';
import {losses} from '../src/training/losses/registry.js';
import {metrics} from '../src/training/metrics/registry.js';
import {optimizers} from '../src/training/optimizers/registry.js';
import {schedules} from '../src/training/schedules/registry.js';
import {readReference} from './reference/read.js';

/** Where the numbers of each kind of word lie; the tests that read a file compare every case in it. */
const kinds = {
  layers: {
    words: layers,
    files: ['layers', 'feed_forward_layers', 'sequence_layers', 'sequences_keras', 'graphs', 'attention_graphs'],
  },
  activations: {words: activations, files: ['layers', 'feed_forward_layers', 'sequence_layers']},
  losses: {words: losses, files: ['losses', 'weighted_losses']},
  metrics: {words: metrics, files: ['metrics']},
  optimizers: {words: optimizers, files: ['optimizers', 'lamb']},
  schedules: {words: schedules, files: ['schedules']},
} as const;

/** All texts in a JSON value, keys included. */
function textsIn(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value === 'string') found.add(value);
  else if (Array.isArray(value)) for (const member of value) textsIn(member, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      found.add(key);
      textsIn(member, found);
    }
  }
  return found;
}

for (const [kind, {words, files}] of Object.entries(kinds)) {
  t.test(`${kind}: every word has numbers of PyTorch, Keras, scikit-learn or a paper`, async (t) => {
    const texts = files.map((file) => textsIn(readReference(file)));
    const missing = Object.keys(words).filter((word) => !texts.some((found) => found.has(word)));
    t.strictSame(missing, []);
  });
}
