import { prequal, reportedLoad, roundRobin } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import type { ClientModel } from '../client/client-model.ts';
import type { Report } from '../report/report.ts';
import type { Scenario } from '../scenario.ts';
import { simulate } from '../simulate.ts';

/** A tenth of a second between requests, so that each is alone, unless a test says otherwise. */
function run(change: Partial<Scenario>, client: Partial<ClientModel> = {}): Promise<Report> {
  return simulate({
    name: 'endpoint',
    strategy: roundRobin,
    durationMs: 10_000,
    stepMs: 1_000,
    endpoints: [{ service: 10 }],
    clients: {
      traffic: { requestsPerSecond: 10, arrivals: 'even' },
      retry: false,
      outlierDetection: false,
      ...client,
    },
    ...change,
  });
}

const failedBySecond = (report: Report): number[] => report.steps.map(({ failed }) => failed);

describe('an endpoint', () => {
  it('that refuses fails at once, and its work in progress is reset', async () => {
    const report = await run({
      endpoints: [{ service: 500 }],
      changes: [{ atMs: 3_000, untilMs: 5_000, endpoints: 'e0', set: { condition: 'refusing' } }],
    });
    // Those under way at 3 s began up to half a second before.
    expect(failedBySecond(report)).toEqual([0, 0, 5, 10, 10, 0, 0, 0, 0, 0]);
    expect(report.errors).toEqual({ ERR_EVENKEEL_UPSTREAM: 25 });
    expect(report.latencyMs.max).toBeCloseTo(500);
  });

  it('that is frozen answers when it goes on', async () => {
    const report = await run({
      changes: [{ atMs: 3_000, untilMs: 5_000, endpoints: 'e0', set: { condition: 'frozen' } }],
    });
    expect(report.requests.failed).toBe(0);
    expect(report.latencyMs.max).toBeGreaterThan(1_900);
    expect(report.latencyMs.max).toBeLessThanOrEqual(2_010);
    // Two seconds' worth, and perhaps one that was being served.
    expect([20, 21]).toContain(report.endpoints[0]?.peakInFlight);
  });

  it('that is frozen while it waits for its dependency answers when it goes on', async () => {
    const report = await run({
      dependency: { endpoints: [{ service: 1_000 }] },
      changes: [{ atMs: 3_000, untilMs: 5_000, endpoints: 'e0', set: { condition: 'frozen' } }],
    });
    expect(report.requests).toMatchObject({ failed: 0, unfinished: 0 });
    // What was asked before it froze is answered after it thawed.
    expect(report.steps[2]?.p50).toBeGreaterThan(2_000);
  });

  it('that is cold for no time is not cold', async () => {
    const report = await run({
      endpoints: [{ service: 10, coldStart: { windowMs: 0, factor: 3 } }],
      clients: { traffic: { users: 1, thinkMs: 0 } },
      durationMs: 1_000,
      changes: [],
    });
    expect(report.requests.unfinished).toBe(0);
    expect(report.latencyMs.max).toBeCloseTo(10);
  });

  it('that is frozen fails what has a time limit', async () => {
    const report = await run(
      { changes: [{ atMs: 3_000, untilMs: 5_000, endpoints: 'e0', set: { condition: 'frozen' } }] },
      { perTryTimeoutMs: 200 },
    );
    const failed = failedBySecond(report);
    expect(failed[3]).toBe(10);
    // What arrives less than its limit before the thaw is answered.
    expect([8, 9]).toContain(failed[4]);
    expect(failed.slice(5)).toEqual([0, 0, 0, 0, 0]);
    expect(Object.keys(report.errors)).toEqual(['ERR_EVENKEEL_TIMEOUT']);
  });

  it('that fails answers with its status, after its own time', async () => {
    const report = await run({
      endpoints: [{ service: 50, failureRatio: 1, failure: { statusCode: 503, service: 1 } }],
    });
    expect(report.requests.successRatio).toBe(0);
    expect(report.errors).toEqual({ 'status 503': 100 });
    expect(report.latencyMs.p50).toBeCloseTo(1);
  });

  it('that fails sometimes fails as often as it says, ± 2 %', async () => {
    const report = await run(
      { endpoints: [{ service: 10, failureRatio: 0.3 }] },
      { traffic: { requestsPerSecond: 1_000 } },
    );
    expect(report.requests.failed / report.requests.total).toBeCloseTo(0.3, 1);
  });

  it('with a full line answers 503 at once', async () => {
    const report = await run(
      { endpoints: [{ service: 100, concurrency: 1, maxQueue: 2 }] },
      { traffic: { requestsPerSecond: 100, arrivals: 'even' } },
    );
    const served = report.requests.succeeded;
    expect(served).toBeGreaterThanOrEqual(99);
    expect(served).toBeLessThanOrEqual(103);
    expect(report.errors).toEqual({ 'status 503': report.requests.failed });
    expect(report.endpoints[0]?.peakInFlight).toBe(3);
  });

  it('drops what waits in line and is given up, and finishes what it has begun', async () => {
    const report = await run(
      { endpoints: [{ service: 1_000, concurrency: 1 }], durationMs: 2_000, drainMs: 20_000, stepMs: 100 },
      { perTryTimeoutMs: 300 },
    );
    expect(report.requests.succeeded).toBe(0);
    // One being served, and those of the last 300 ms; never all twenty.
    expect(report.endpoints[0]?.peakInFlight).toBeLessThanOrEqual(5);
  });

  it('that has just started is slower, less and less', async () => {
    const report = await run({ endpoints: [{ service: 10, coldStart: { windowMs: 5_000, factor: 5 } }] });
    const [first, , third, , , sixth] = report.steps.map(({ p50 }) => p50);
    expect(first).toBeGreaterThan(43);
    expect(third).toBeGreaterThan(26);
    expect(third).toBeLessThan(34);
    expect(sixth).toBeCloseTo(10);
  });

  it('that comes back is cold again', async () => {
    const report = await run({
      endpoints: [{ service: 10, coldStart: { windowMs: 1_000, factor: 5 } }],
      changes: [{ atMs: 4_000, untilMs: 5_000, endpoints: 'e0', set: { condition: 'refusing' } }],
    });
    const p50 = report.steps.map((step) => step.p50);
    expect(p50[3]).toBeCloseTo(10);
    expect(p50[5]).toBeGreaterThan(20);
    expect(p50[7]).toBeCloseTo(10);
  });

  it('whose neighbour takes a CPU is slower meanwhile', async () => {
    const report = await run({
      endpoints: [{ service: 10, cores: 1, antagonist: { busyMs: 1_000, idleMs: 1_000, cores: 0.8 } }],
    });
    const { p50, p99 } = report.latencyMs;
    expect(p50).toBeGreaterThanOrEqual(10);
    expect(p99).toBeGreaterThan(45);
    expect(p99).toBeLessThanOrEqual(51);
  });

  it('is as far away as the network says', async () => {
    const endpoints = [
      { service: 10, zone: 'a' },
      { service: 10, zone: 'b' },
    ];
    const network = { oneWayMs: 1, crossZoneMs: 20 };
    const { latencyMs } = await run({ endpoints, network }, { zone: 'a' });
    expect(latencyMs.p50).toBeCloseTo(12);
    expect(latencyMs.max).toBeCloseTo(50);
  });

  it('takes the time of a connection that cannot be made', async () => {
    const { latencyMs } = await run({
      endpoints: [{ service: 10, condition: 'refusing' }],
      network: { oneWayMs: 3 },
    });
    expect(latencyMs.p50).toBeCloseTo(6);
  });

  it('says in its load reports how busy it is', async () => {
    // Equal reports would mean equal shares: the one with twice the work per request must get half as many.
    const { endpoints } = await run(
      {
        strategy: ({ random, clock }) => reportedLoad({ random, clock }),
        durationMs: 60_000,
        warmUpMs: 20_000,
        endpoints: [
          { service: 10, cores: 4, loadReports: true },
          { service: 20, cores: 4, loadReports: true },
        ],
      },
      { traffic: { requestsPerSecond: 100 }, loadReports: true },
    );
    expect(endpoints[0]?.share).toBeGreaterThan(0.62);
    expect(endpoints[0]?.share).toBeLessThan(0.71);
  });

  it('answers probes with what all clients have sent it', async () => {
    const endpoints = [
      { service: 10, concurrency: 4 },
      { service: 40, concurrency: 4 },
    ];
    const shareOfSlow = async (probing: boolean): Promise<number> => {
      const report = await run(
        {
          endpoints,
          strategy: ({ random, clock, probe }) =>
            prequal(probing ? { random, clock, probe } : { random, clock }),
        },
        { count: 20, traffic: { requestsPerSecond: 15 } },
      );
      return report.endpoints[1]?.share ?? 1;
    };
    // Alone, each of twenty clients sees next to nothing of the load.
    expect(await shareOfSlow(true)).toBeLessThan(0.35);
  });
});
