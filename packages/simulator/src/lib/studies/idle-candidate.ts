import { type Candidate, toEndpoint } from '@evenkeel/core';

/** A candidate whose figures a study writes by hand, as a cluster would. */
export type StudiedCandidate = { -readonly [K in 'weight' | 'inFlight']: Candidate[K] } & Omit<
  Candidate,
  'weight' | 'inFlight'
>;

/** A candidate without history. */
export function idleCandidate(host: string, weight = 1): StudiedCandidate {
  return {
    endpoint: toEndpoint({ host, port: 80, weight }),
    weight,
    inFlight: 0,
    pending: 0,
    oldestPendingAt: Number.POSITIVE_INFINITY,
    successes: 0,
    failures: 0,
  };
}
