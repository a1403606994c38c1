import { requiredNumber } from '../options.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';

/**
 * A limit that never changes.
 *
 * @param limit requests that one endpoint may have in flight, at least 1
 * @throws InvalidOptionsError when the limit is not an integer of at least 1
 */
export function fixedLimit(limit: number): ConcurrencyLimit {
  return { limit: requiredNumber('fixedLimit.limit', limit, { min: 1, integer: true }), observe: () => {} };
}
