import type { Clock } from '@evenkeel/core';
import { holdProcess } from './hold-process.ts';

/** Calls back after a while, and keeps the process alive until then: a request that waits may have no socket that would. */
export function wait(clock: Clock, ms: number, callback: () => void): Disposable {
  const hold = holdProcess();
  const timer = clock.setTimer(() => {
    hold[Symbol.dispose]();
    callback();
  }, ms);
  return {
    [Symbol.dispose]() {
      hold[Symbol.dispose]();
      timer[Symbol.dispose]();
    },
  };
}
