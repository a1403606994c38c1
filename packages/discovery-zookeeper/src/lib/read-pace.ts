import type { Clock } from '@evenkeel/core';

const BURST = 5;
const TOKEN_MS = 100;
const MIN_GAP_MS = 20;

/**
 * A token bucket for readings: a change out of the blue is read at once, a storm of them ten times a
 * second. The cluster collects changes for longer than that anyway.
 *
 * @returns a function to call with each reading, that tells when the next one may follow, by the clock, in ms
 */
export function readPace(clock: Clock): () => number {
  let tokens = BURST;
  let countedAt = clock.now();
  return () => {
    const now = clock.now();
    tokens = Math.min(BURST, tokens + (now - countedAt) / TOKEN_MS) - 1;
    countedAt = now;
    return now + Math.max(MIN_GAP_MS, (1 - tokens) * TOKEN_MS);
  };
}
