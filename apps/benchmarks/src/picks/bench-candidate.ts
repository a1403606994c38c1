import {
  type Candidate,
  type Endpoint,
  type Observation,
  type Random,
  type Strategy,
  toEndpoint,
} from '@evenkeel/core';

/** A candidate with the same fields as a cluster's own, all of them plain, so that the cost measured is the strategy's. */
export class BenchCandidate implements Candidate {
  readonly endpoint: Endpoint;
  readonly weight: number;
  inFlight = 0;
  pending = 0;
  oldestPendingAt: number = Number.POSITIVE_INFINITY;
  successes = 0;
  failures = 0;

  constructor(endpoint: Endpoint, weight: number) {
    this.endpoint = endpoint;
    this.weight = weight;
  }
}

const WEIGHTS = 5;

/**
 * Makes candidates with addresses of their own, in four zones.
 *
 * @param weighted whether weights go from 1 to 5; otherwise all weigh 1, so that unweighted paths are measured
 */
export function benchCandidates(count: number, weighted: boolean): readonly BenchCandidate[] {
  return Array.from(
    { length: count },
    (_, index) => new BenchCandidate(benchEndpoint(index), weighted ? 1 + (index % WEIGHTS) : 1),
  );
}

/** The endpoint number `index`; the same one each time. */
export function benchEndpoint(index: number): Endpoint {
  return toEndpoint({
    host: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
    port: 8_080,
    zone: `zone-${index % 4}`,
  });
}

/** Lets a strategy learn something different of each candidate: 1–20 ms, and a load report that fits. */
export function teach(strategy: Strategy, candidates: readonly BenchCandidate[], random: Random): void {
  const at = performance.now();
  for (const candidate of candidates) {
    const latencyMs = 1 + 19 * random();
    const load = latencyMs / 20;
    const observation: Observation = {
      kind: 'success',
      statusCode: 200,
      latencyMs,
      at,
      loadReport: {
        cpuUtilization: load,
        applicationUtilization: load,
        rps: 100,
        requestsInFlight: 4,
        latencyMs,
      },
    };
    candidate.successes++;
    strategy.observe?.(candidate, observation);
  }
}
