import type { Clock } from '@evenkeel/core';

/** Something that must move now and then. */
export interface IdleTimer {
  /** It moved. */
  touch(): void;
  stop(): void;
}

/** Calls back when nothing was touched for a time. A touch costs no timer. */
export function idleTimer(clock: Clock, limitMs: number, callback: () => void): IdleTimer {
  let lastAt = clock.now();
  let timer: Disposable | undefined;
  const wait = (ms: number): void => {
    timer = clock.setTimer(() => {
      const leftMs = lastAt + limitMs - clock.now();
      if (leftMs > 0) {
        wait(leftMs);
        return;
      }
      const before = lastAt;
      callback();
      if (timer !== undefined && lastAt !== before) wait(limitMs);
    }, ms);
  };
  wait(limitMs);
  return {
    touch() {
      lastAt = clock.now();
    },
    stop() {
      timer?.[Symbol.dispose]();
      timer = undefined;
    },
  };
}
