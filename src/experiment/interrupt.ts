/** The signals a person or a scheduler stops a run with. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const;

/**
 * Turns Ctrl-C, SIGTERM, SIGHUP and SIGUSR1 into an abort: the first one asks for an orderly end, the second one ends at once.
 * @param handlers.first for instance tells the person what happens now
 * @param handlers.second last words; the process exits with 130 when it returns
 * @returns the signal to hand to the run, and how to take the handlers down again
 */
export function listenForInterrupts(handlers: {readonly first: () => void; readonly second: () => void}): {
  readonly signal: AbortSignal;
  stop(): void;
} {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) {
      handlers.second();
      process.exit(130);
    }
    controller.abort();
    handlers.first();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    stop() {
      for (const signal of signals) process.removeListener(signal, onSignal);
    },
  };
}
