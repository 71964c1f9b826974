import type {Located} from '../spec/located.js';

/** Whether a file is a sweep, which names or holds an experiment and says what varies in it. */
export const isSweepRoot = (root: Located): boolean =>
  root.kind === 'map' &&
  (root.entries.has('experiment') || (root.entries.has('parameters') && !root.entries.has('model')));
