import { numberOption } from '@evenkeel/core';
import { normal } from '../distributions.ts';
import type { ScenarioTemplate } from './scenario-template.ts';

/** Requests a second and endpoint that a load of 1 is: above it, the median of random picks is over four times that of an idle fleet. */
const FULL_LOAD = 34.5;
const CLIENTS_PER_ENDPOINT = 2;
/** Busy, then idle, as long each. */
const TURN_MS = 2_000;

/** Endpoints whose neighbours take half of the CPU, at a moderate load. */
export const antagonists: ScenarioTemplate = antagonistsAt(0.9);

/**
 * The testbed of a public reproduction of Prequal, as far as it is described: each endpoint has one CPU and one worker, requests are
 * CPU work of 13 ms on average (normal, with a deviation as large, cut off at 0), arrive at random, and wait in line. A square wave takes
 * half of the CPU of each endpoint, staggered evenly, so that half of the fleet is slow at any time, and never the same half for long.
 * A load of 1 is, as there, what random picks can just bear, about two thirds of all CPU time.
 *
 * Wave and share are calibrated, for the report does not say what its containers really lose: weighted round robin over load
 * reports comes out at a p99 of 188, 306, 434 and 673 ms for loads of 0.75, 0.93, 1.03 and 1.27 with six clients (published: 200, 281, 443, 678).
 * Endpoints report their own CPU time, as in the paper, not that of their neighbours.
 *
 * @param load requests, as a share of what random picks can just bear: 0.01–1.4
 * @throws InvalidOptionsError when the load is out of its range
 */
export function antagonistsAt(load: number): ScenarioTemplate {
  const perEndpoint = FULL_LOAD * numberOption('load', load, 1, { min: 0.01, max: 1.4 });
  return {
    name: load === 0.9 ? 'antagonists' : `antagonists-${load}`,
    summary: `by turns half of the endpoints lose half of their CPU to neighbours; ${load} of the load that random picks bear`,
    source:
      'swampholyten/prequal-rs, REPORT.md, after Wydrowski et al., "Load is not what you should balance", NSDI 2024',
    endpoints: 4,
    make: ({ strategy, seed = 1, endpoints, client }) => {
      const count = numberOption('endpoints', endpoints, 4, { min: 1, integer: true });
      return {
        name: `antagonists at ${load} load`,
        strategy,
        seed,
        durationMs: 60_000,
        // gRPC's weighted round robin believes a report only after ten seconds.
        warmUpMs: 12_000,
        endpoints: Array.from({ length: count }, (_, index) => ({
          service: normal(13, 13),
          cores: 1,
          concurrency: 1,
          antagonist: { busyMs: TURN_MS, idleMs: TURN_MS, cores: 0.5, phaseRatio: index / count },
          loadReports: true,
        })),
        clients: {
          count: CLIENTS_PER_ENDPOINT * count,
          traffic: { requestsPerSecond: perEndpoint / CLIENTS_PER_ENDPOINT },
          overallTimeoutMs: 5_000,
          retry: false,
          loadReports: true,
          ...client,
        },
        network: { oneWayMs: 0.5 },
      };
    },
  };
}
