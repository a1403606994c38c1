/** The signals that ask a process to read its configuration again, heard from now on. */
export interface Hangups {
  /** Calls back with each signal; those before the call are one. */
  onHangup(callback: () => void): void;
}

/** Starts to listen: SIGHUP ends the process no longer. */
export function hangups(): Hangups {
  let heard = false;
  let tell = (): void => {
    heard = true;
  };
  process.on('SIGHUP', () => tell());
  return {
    onHangup(callback) {
      tell = callback;
      if (heard) callback();
    },
  };
}
