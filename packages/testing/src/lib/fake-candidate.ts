import { type Candidate, type EndpointInput, toEndpoint } from '@evenkeel/core';

/** What a test may set on a candidate, at the start or later. */
export interface FakeCandidateState {
  /** @default the endpoint's weight */
  weight: number;
  /** @default 0 */
  inFlight: number;
  /** @default 0 */
  pending: number;
  /** @default Infinity */
  oldestPendingAt: number;
  /** @default 0 */
  successes: number;
  /** @default 0 */
  failures: number;
}

/** A candidate whose figures a test writes by hand. */
export interface FakeCandidate extends FakeCandidateState {
  readonly endpoint: Candidate['endpoint'];
}

/**
 * Makes a candidate for tests of strategies and load metrics.
 *
 * @param input `host:port`, or the known fields of the endpoint
 * @param state figures that differ from those of an idle candidate without history
 * @throws InvalidOptionsError when the endpoint is malformed
 */
export function fakeCandidate(
  input: string | EndpointInput,
  state: Partial<FakeCandidateState> = {},
): FakeCandidate {
  const endpoint = toEndpoint(input);
  return {
    endpoint,
    weight: endpoint.weight,
    inFlight: 0,
    pending: 0,
    oldestPendingAt: Number.POSITIVE_INFINITY,
    successes: 0,
    failures: 0,
    ...state,
  };
}
