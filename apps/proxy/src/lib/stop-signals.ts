/** The signals that ask a process to stop, heard from now on. */
export interface StopSignals {
  /** Calls back with each signal, those before the call included. */
  onStop(callback: () => void): void;
}

/** Starts to listen. Until somebody takes the signals, the second one ends the process with exit code 1. */
export function stopSignals(): StopSignals {
  let heard = 0;
  let tell = (): void => {
    if (heard > 1) process.exit(1);
  };
  const onSignal = (): void => {
    heard++;
    tell();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return {
    onStop(callback) {
      tell = callback;
      for (let before = heard; before > 0; before--) callback();
    },
  };
}
