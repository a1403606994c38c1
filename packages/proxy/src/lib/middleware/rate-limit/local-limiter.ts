import type { Clock } from '@evenkeel/core';
import { decide, type Rate, type RateDecision } from './gcra.ts';

/** Takes one token of a key's bucket, or says how long to wait. */
export type Limiter<T = RateDecision> = (key: string) => T;

/**
 * Makes a limiter in the memory of this process: O(1) for each request.
 *
 * @param maxKeys buckets kept; the one unused for longest goes first, and is full when it comes back
 */
export function localLimiter(rate: Rate, maxKeys: number, clock: Clock): Limiter {
  /** When the bucket of a key is full again; the key used last comes last. */
  const fullAt = new Map<string, number>();
  return (key) => {
    const now = clock.now();
    const until = fullAt.get(key);
    const decision = decide(rate, Math.max(0, (until ?? now) - now));
    if (until !== undefined) fullAt.delete(key);
    else dropOldest(fullAt, now, maxKeys);
    fullAt.set(key, now + decision.resetMs);
    return decision;
  };
}

/** Makes room for one key; full buckets among the oldest two go as well, so that they do not pile up to the limit. */
function dropOldest(fullAt: Map<string, number>, now: number, maxKeys: number): void {
  let looked = 0;
  for (const [key, until] of fullAt) {
    if (fullAt.size < maxKeys && until > now) return;
    fullAt.delete(key);
    looked++;
    if (looked === 2) return;
  }
}
