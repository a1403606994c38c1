import type { OutlierDetector } from '../health.ts';
import { numberOption } from '../options.ts';
import type { Candidate } from '../strategy.ts';

export interface ConsecutiveFailuresOptions {
  /** Failures in a row that ask for an ejection. @default 5 */
  readonly count?: number;
}

/**
 * Ejects an endpoint whose last picks all failed, as Envoy's `consecutive_5xx`: fast on an outage, blind to one that
 * fails only now and then. A success in between starts the count again; a cancelled pick changes nothing.
 *
 * @throws InvalidOptionsError when the count is not an integer of at least 1
 */
export function consecutiveFailures(options: ConsecutiveFailuresOptions = {}): OutlierDetector {
  const limit = numberOption('consecutiveFailures.count', options.count, 5, { min: 1, integer: true });
  const streaks = new WeakMap<Candidate, Streak>();
  return {
    name: 'consecutive-failures',
    observe(candidate, { kind }) {
      if (kind !== 'failure') return false;
      // The candidate counts its own successes, so one in between shows here and costs nothing when it happens.
      const { successes } = candidate;
      let streak = streaks.get(candidate);
      if (streak === undefined) {
        streak = { successes, length: 0 };
        streaks.set(candidate, streak);
      } else if (streak.successes !== successes) {
        streak.successes = successes;
        streak.length = 0;
      }
      if (++streak.length < limit) return false;
      streak.length = 0;
      return true;
    },
    forget: (candidate) => void streaks.delete(candidate),
  };
}

interface Streak {
  /** The candidate's successes when the streak began. */
  successes: number;
  length: number;
}
