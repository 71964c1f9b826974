import type {TObject} from '@sinclair/typebox';
import {keysPage} from '../report/reference-pages.js';
import {sweepSection} from './section.js';
import {slurmSection} from './slurm-section.js';
import {parameterMap} from './space/parameter-field.js';
import {allWordKinds} from './vocabulary.js';

/** docs/reference/sweep.md: the keys of a sweep's file. */
export const sweepPage = (): string =>
  keysPage(
    'Sweep files',
    'Keys of a sweep, as `exp sweep` takes it. [Sweeps](../sweeps.md) tells how they go together.',
    {
      'The file': {about: 'At the top:', keys: sweepSection},
      parameters: {
        about: 'Under each name a list of values, or a map with `values`, with `min` and `max`, or with `repeat`:',
        keys: parameterMap as unknown as TObject,
      },
      slurm: {about: 'What jobs ask a cluster for:', keys: slurmSection},
    },
    allWordKinds,
  );
