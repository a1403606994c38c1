import type { Observation } from '@evenkeel/core';

/**
 * Makes an observation for tests: a success after 10 ms at time 0, unless told otherwise.
 *
 * @param fields those that differ
 */
export function fakeObservation(fields: Partial<Observation> = {}): Observation {
  return { kind: 'success', latencyMs: 10, at: 0, ...fields };
}
