import type { Clock } from '@evenkeel/core';
import { pauseUntil } from '@evenkeel/core/driver';

const MS_PER_QUERY = 150;
/** A service with very many targets must not wait longer than this many. */
const MAX_QUERIES = 20;

/**
 * Waits until a round that failed has lasted 150 ms for each of its queries but one, for which core waits 100 ms or more
 * before the next attempt: whatever is broken gets ten queries a second at most.
 */
export function paceFailure(
  clock: Clock,
  round: { readonly startedAt: number; readonly queries: number },
  signal: AbortSignal,
): Promise<void> {
  return pauseUntil(
    clock,
    round.startedAt + (Math.min(round.queries, MAX_QUERIES) - 1) * MS_PER_QUERY,
    signal,
  );
}
