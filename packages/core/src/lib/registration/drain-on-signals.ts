import type { Registrar } from './registrar.ts';

/** Which signals drain, and for how long. */
export interface DrainOnSignalsOptions {
  /** @default ['SIGTERM'] */
  readonly signals?: readonly NodeJS.Signals[];
  /** How long clients get to see the deregistration, in ms. @default the registrar's `drainDelayMs` */
  readonly delayMs?: number;
  /** Ends the process the way it would have ended without this hook. @default process.kill of this process */
  readonly raise?: (signal: NodeJS.Signals) => void;
}

/**
 * Drains a registrar when the process is told to end; call it before `register`, as the signal may come in
 * between. Afterwards the signal is raised again if nobody else listens to it, so the process ends as it
 * would have; a program with a listener of its own decides itself when to end.
 *
 * @returns takes the hook away
 */
export function drainOnSignals(
  registrar: Pick<Registrar, 'drain'>,
  options: DrainOnSignalsOptions = {},
): Disposable {
  const {
    signals = ['SIGTERM'],
    delayMs,
    raise = (signal: NodeJS.Signals): void => void process.kill(process.pid, signal),
  } = options;
  let received = false;

  const stop = (): void => {
    for (const signal of signals) process.removeListener(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (received) return;
    received = true;
    registrar
      .drain(delayMs === undefined ? {} : { delayMs })
      .catch(() => {
        // The registrar has told it as an event; the process ends all the same.
      })
      .finally(() => {
        stop();
        if (process.listenerCount(signal) === 0) raise(signal);
      });
  };
  for (const signal of signals) process.on(signal, onSignal);
  return { [Symbol.dispose]: stop };
}
