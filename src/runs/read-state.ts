/**
 * `crashed`: marked running, but its process is gone. `pruned`: a trial that its sweep gave up early. `corrupt`: no file tells its state.
 */
export const readStates = [
  'running',
  'finished',
  'failed',
  'diverged',
  'interrupted',
  'pruned',
  'crashed',
  'corrupt',
] as const;

/** How a run is, as a reader finds it. */
export type ReadState = (typeof readStates)[number];
