/** `crashed`: marked running, but its process is gone. `corrupt`: no file tells its state. */
export const readStates = ['running', 'finished', 'failed', 'diverged', 'interrupted', 'crashed', 'corrupt'] as const;

/** How a run is, as a reader finds it. */
export type ReadState = (typeof readStates)[number];
