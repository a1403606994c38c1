import type { Clock } from '../clock.ts';

/** Runs something now, and again only after things have calmed down. */
export interface Debouncer extends Disposable {
  /** Runs at once when the last effective run was long enough ago; else once, after the quiet time. */
  request(): void;
}

/** When a {@link Debouncer} runs. */
export interface DebounceOptions {
  readonly clock: Clock;
  /** Collected requests run when none came for this long, in ms; 0 collects none. */
  readonly quietMs: number;
  /** Requests are never collected longer than this, in ms. */
  readonly maxMs: number;
  /** Returns whether it had an effect: a run without one delays nothing after it. */
  readonly run: () => boolean;
}

/** Makes a debouncer with a leading and a trailing edge. */
export function debouncer({ clock, quietMs, maxMs, run }: DebounceOptions): Debouncer {
  let timer: Disposable | undefined;
  let firstRequestAt: number | undefined;
  let dueAt = 0;
  let running = false;
  let closed = false;

  const arm = (at: number): void => {
    timer = clock.setTimer(onTimer, at - clock.now());
  };
  const onTimer = (): void => {
    timer = undefined;
    if (firstRequestAt === undefined) return;
    // Requests only move `dueAt`; one timer serves any number of them.
    if (clock.now() < dueAt) arm(dueAt);
    else runNow();
  };
  const runNow = (): void => {
    firstRequestAt = undefined;
    running = true;
    let effective = false;
    try {
      effective = run();
    } finally {
      running = false;
    }
    if (closed) return;
    if ((effective && quietMs > 0) || firstRequestAt !== undefined) arm(clock.now() + quietMs);
  };

  return {
    request() {
      if (closed) return;
      if (timer === undefined && !running) {
        runNow();
        return;
      }
      const now = clock.now();
      firstRequestAt ??= now;
      dueAt = Math.min(now + quietMs, firstRequestAt + maxMs);
    },
    [Symbol.dispose]() {
      timer?.[Symbol.dispose]();
      timer = undefined;
      closed = true;
    },
  };
}
