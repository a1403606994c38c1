import type { Clock } from '@evenkeel/core';

/** So many readings may follow each other at once … */
const BURST = 3;
/** … and then one in this time: with the burst fewer than ten in any second. */
const TOKEN_MS = 150;
/** One in this time while readings bring nothing new, or a storm does not end. */
const SLOW_TOKEN_MS = 1_000;
const IDLE_READINGS = 5;
const STORM_MS = 5_000;

/**
 * A token bucket for readings. For a service that does not exist Consul wakes a query at every registration of
 * any other (hashicorp/consul#4810), and a broken agent may answer each query at once.
 */
export interface Pace {
  /** Takes a token. How long to wait before the reading, in ms. */
  next(): number;
  /** Tells whether the reading brought something new. */
  wasNews(isNews: boolean): void;
}

/** Makes a full bucket. */
export function createPace(clock: Clock): Pace {
  let fullAt = Number.NEGATIVE_INFINITY;
  let busySince: number | undefined;
  let idleReadings = 0;
  return {
    next() {
      const now = clock.now();
      if (now >= fullAt) {
        busySince = undefined;
        idleReadings = 0;
      }
      const at = Math.max(now, fullAt - (BURST - 1) * TOKEN_MS);
      if (at > now) busySince ??= now;
      const isStorm = busySince !== undefined && now - busySince > STORM_MS;
      const costMs = isStorm || idleReadings >= IDLE_READINGS ? SLOW_TOKEN_MS : TOKEN_MS;
      fullAt = Math.max(now, fullAt) + costMs;
      return at - now;
    },
    wasNews(isNews) {
      idleReadings = isNews ? 0 : idleReadings + 1;
    },
  };
}
