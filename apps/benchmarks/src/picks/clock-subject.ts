import { systemClock } from '@evenkeel/core';
import type { Subject } from './subject.ts';

/** Measures one reading of the clock: a pick on a cluster needs one, and its end another. */
export function clockSubject(name: string): Subject {
  return {
    name,
    prepare: () => ({
      run(readings) {
        let sum = 0;
        for (let i = 0; i < readings; i++) sum += systemClock.now();
        return sum;
      },
    }),
  };
}
