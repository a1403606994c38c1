import type { Clock } from '@evenkeel/core';

/** What is kept alive, and whom to tell when it is not. */
export interface KeepAliveOptions {
  readonly clock: Clock;
  /** How long the server keeps a silent session, in ms. */
  readonly sessionMs: number;
  /** When the server was last heard, by the clock, in ms. */
  readonly heardAt: () => number;
  readonly ping: () => void;
  /** Called once, when the server has been silent for two thirds of the session. */
  readonly onSilent: () => void;
}

/**
 * Pings each third of a session, and notices within two thirds that nobody answers: a server that is frozen closes no
 * connection, and the last third is left to go on with the session elsewhere.
 */
export function keepAlive({ clock, sessionMs, heardAt, ping, onSilent }: KeepAliveOptions): Disposable {
  const thirdMs = sessionMs / 3;
  let pingAt = clock.now() + thirdMs;
  let excusedAt = Number.NEGATIVE_INFINITY;
  let timer: Disposable;

  const silentAt = (): number => Math.max(heardAt(), excusedAt) + 2 * thirdMs;
  const schedule = (): void => {
    const dueAt = Math.min(pingAt, silentAt());
    timer = clock.setTimer(() => tick(dueAt), Math.max(0, dueAt - clock.now()));
  };
  const tick = (dueAt: number): void => {
    const now = clock.now();
    // A timer that is so late means that this process stood still: the answer may wait in the socket, unread.
    if (now - dueAt > thirdMs / 2) excusedAt = now - thirdMs;
    if (now >= silentAt()) {
      onSilent();
      return;
    }
    if (now >= pingAt) {
      ping();
      pingAt = now + thirdMs;
    }
    schedule();
  };
  schedule();
  return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
}
