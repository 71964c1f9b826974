import {inYaml, type WordKind, wordKinds} from '../report/vocabulary.js';
import {prunerHints} from './pruners/hints.js';
import {pruners} from './pruners/index.js';
import {samplers} from './samplers/index.js';

/** Every word of an experiment and of a sweep, by kind. */
export const allWordKinds: Readonly<Record<string, WordKind>> = {
  ...wordKinds,
  samplers: {
    noun: 'sampler',
    place: 'sampler of a sweep',
    summary: 'How points of a sweep are chosen.',
    members: samplers,
    describe: (definition) => ({example: `sampler: ${inYaml(definition, true)}`}),
  },
  pruners: {
    noun: 'pruner',
    place: 'pruner of a sweep',
    summary: 'When a trial is given up.',
    members: pruners,
    hints: prunerHints,
    describe: (definition) => ({example: `pruner: ${inYaml(definition, true)}`}),
  },
};
