import type { SimulatedEndpoint } from '../endpoint/simulated-endpoint.ts';
import { latencies, percentile } from './percentiles.ts';
import type { EndpointTally, Recorder } from './recorder.ts';
import type { EndpointReport, Report, StepReport, TierReport } from './report.ts';

/** What the report says of the run itself. */
export type RunFacts = Pick<Report, 'scenario' | 'strategy' | 'seed' | 'durationMs'> & {
  readonly stepMs: number;
};

/** Sums up what was written down. */
export function buildReport(
  { scenario, strategy, seed, durationMs, stepMs }: RunFacts,
  recorder: Recorder,
): Report {
  const { requests, retries, hedges, latencyMs, failed } = recorder;
  const ended = latencyMs.length;
  const failures = failed.toArray().reduce((sum, value) => sum + value, 0);
  const tiers = tierReports(recorder);
  return {
    scenario,
    strategy,
    seed,
    durationMs,
    requests: {
      total: requests,
      succeeded: ended - failures,
      failed: failures,
      unfinished: requests - ended,
      successRatio: (ended - failures) / requests,
    },
    latencyMs: latencies(latencyMs.toArray()),
    attempts: { total: tiers[0]?.attempts ?? 0, retries, hedges, extraRatio: (retries + hedges) / requests },
    endpoints: byTier(recorder).map(([endpoint, tally]) =>
      endpointReport(endpoint, tally, tiers[tally.tier]?.attempts ?? 0, Math.ceil(durationMs / stepMs)),
    ),
    tiers,
    steps: stepReports(recorder, durationMs, stepMs),
    errors: Object.fromEntries(recorder.errors),
    mispicks: Object.fromEntries(recorder.mispicks),
    eventCounts: Object.fromEntries(recorder.eventCounts),
    events: recorder.events,
  };
}

/** The services below were there first. */
function byTier({ tallies }: Recorder): (readonly [SimulatedEndpoint, EndpointTally])[] {
  return [...tallies].sort(([, one], [, other]) => one.tier - other.tier);
}

function tierReports({ tallies, requests }: Recorder): TierReport[] {
  const attempts: number[] = [];
  for (const tally of tallies.values()) attempts[tally.tier] = (attempts[tally.tier] ?? 0) + tally.attempts;
  return attempts.map((sum, tier) => ({ tier, attempts: sum, attemptsPerRequest: sum / requests }));
}

function endpointReport(
  endpoint: SimulatedEndpoint,
  tally: EndpointTally,
  tierAttempts: number,
  steps: number,
): EndpointReport {
  const { weight, zone } = endpoint.settings;
  return {
    id: endpoint.id,
    tier: tally.tier,
    weight,
    ...(zone === undefined ? {} : { zone }),
    attempts: tally.attempts,
    share: tierAttempts === 0 ? 0 : tally.attempts / tierAttempts,
    succeeded: tally.succeeded,
    failed: tally.failed,
    cancelled: tally.cancelled,
    peakInFlight: endpoint.peakInFlight,
    finalInFlight: endpoint.inFlight,
    attemptsByStep: Array.from({ length: steps }, (_, step) => tally.attemptsByStep[step] ?? 0),
  };
}

function stepReports(recorder: Recorder, durationMs: number, stepMs: number): StepReport[] {
  const steps = Array.from({ length: Math.ceil(durationMs / stepMs) }, () => ({
    latencies: [] as number[],
    failed: 0,
  }));
  for (let i = 0; i < recorder.startedAt.length; i++) {
    const step = steps[Math.floor(recorder.startedAt.at(i) / stepMs)];
    step?.latencies.push(recorder.latencyMs.at(i));
    if (step !== undefined) step.failed += recorder.failed.at(i);
  }
  return steps.map((step, index) => {
    const sorted = Float64Array.from(step.latencies).sort();
    return {
      atMs: index * stepMs,
      requests: sorted.length,
      failed: step.failed,
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
      inFlight: recorder.inFlightByStep[index] ?? 0,
    };
  });
}
