import { ringHash, roundRobin } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import type { EndpointModel } from '../endpoint/endpoint-model.ts';
import type { Report } from '../report/report.ts';
import type { Scenario } from '../scenario.ts';
import { simulate } from '../simulate.ts';
import type { ClientModel } from './client-model.ts';
import { uniformKeys, zipfKeys } from './keys.ts';

const three: readonly EndpointModel[] = [{ service: 10 }, { service: 10 }, { service: 10 }];

function run(client: Partial<ClientModel>, change: Partial<Scenario> = {}): Promise<Report> {
  return simulate({
    name: 'client',
    strategy: roundRobin,
    durationMs: 10_000,
    stepMs: 1_000,
    endpoints: three,
    clients: { traffic: { requestsPerSecond: 100, arrivals: 'even' }, ...client },
    ...change,
  });
}

const attemptsOf = (report: Report): number[] => report.endpoints.map(({ attempts }) => attempts);
const refusing = [{ service: 10, condition: 'refusing' as const }, ...three.slice(1)];

describe('a client', () => {
  it('retries at another endpoint, within its budget', async () => {
    const report = await run({ outlierDetection: false }, { endpoints: refusing });
    const tried = report.endpoints[0]?.attempts ?? 0;
    expect(tried).toBeGreaterThan(300);
    expect(report.attempts.retries).toBeGreaterThan(250);
    expect(report.attempts.total).toBe(report.requests.total + report.attempts.retries);
    // A fifth of the requests may be retried, and 10 a second besides: less than the third that fails.
    expect(report.attempts.retries).toBeLessThanOrEqual(0.2 * 1_000 + 10 * 21);
    expect(report.requests.failed).toBe(tried - report.attempts.retries);
  });

  it('does not send twice what is not idempotent and may have been sent', async () => {
    const failing = [{ service: 10, failureRatio: 1 }];
    const post = await run({ method: 'POST' }, { endpoints: failing });
    expect(post.attempts.retries).toBe(0);
    const get = await run({}, { endpoints: failing });
    expect(get.attempts.retries).toBeGreaterThan(0);
  });

  it('ejects an endpoint that fails, and says so', async () => {
    const report = await run({ retry: false }, { endpoints: refusing });
    expect(report.eventCounts.endpointEjected).toBeGreaterThan(0);
    expect(report.events).toContainEqual(
      expect.objectContaining({ client: 'client', type: 'endpointEjected', endpoint: 'e0' }),
    );
    expect(report.endpoints[0]?.attempts).toBeLessThan(20);
  });

  it('stops asking an endpoint that fails its health checks', async () => {
    const report = await run(
      { retry: false, outlierDetection: false, healthCheck: { intervalMs: 100, fall: 1 } },
      { changes: [{ atMs: 4_000, untilMs: 6_000, endpoints: 'e1', set: { condition: 'refusing' } }] },
    );
    expect(report.requests.failed).toBeGreaterThan(0);
    expect(report.requests.failed).toBeLessThanOrEqual(6);
    const verdicts = report.events.filter(
      ({ type, endpoint }) => type === 'healthChanged' && endpoint === 'e1',
    );
    expect(verdicts.map(({ detail }) => detail?.split(':')[0])).toEqual(['healthy', 'unhealthy', 'healthy']);
    expect(report.endpoints[1]?.attemptsByStep[5]).toBe(0);
    expect(report.endpoints[1]?.attemptsByStep[9]).toBeGreaterThan(30);
  });

  it('notices by checks that an endpoint is frozen', async () => {
    const report = await run(
      { retry: false, outlierDetection: false, healthCheck: { intervalMs: 100, timeoutMs: 100, fall: 1 } },
      { changes: [{ atMs: 4_000, untilMs: 6_000, endpoints: 'e1', set: { condition: 'frozen' } }] },
    );
    expect(report.endpoints[1]?.attemptsByStep[5]).toBe(0);
    expect(report.requests.failed).toBe(0);
  });

  it('hedges slow requests', async () => {
    const report = await run(
      { hedge: { delayMs: 50 }, outlierDetection: false },
      { endpoints: [{ service: 1_000 }, ...three.slice(1)] },
    );
    expect(report.attempts.hedges).toBeGreaterThan(250);
    expect(report.latencyMs.p90).toBeCloseTo(60);
    expect(report.endpoints[0]?.cancelled).toBe(report.attempts.hedges);
  });

  it('hears of changes in the registry when its delay has passed', async () => {
    const report = await run(
      { discoveryDelayMs: 2_000 },
      {
        changes: [
          { atMs: 1_000, add: [{ id: 'new', service: 10 }] },
          { atMs: 5_000, remove: 'e0' },
        ],
      },
    );
    const added = report.endpoints.find(({ id }) => id === 'new')?.attemptsByStep ?? [];
    expect(added.slice(0, 3)).toEqual([0, 0, 0]);
    expect(added[4]).toBe(25);
    const removed = report.endpoints[0]?.attemptsByStep ?? [];
    expect(removed[6]).toBe(25);
    expect(removed.slice(7)).toEqual([0, 0, 0]);
    expect(report.requests.failed).toBe(0);
  });

  it('follows weights that change', async () => {
    const report = await run(
      {},
      { changes: [{ atMs: 5_000, untilMs: 8_000, endpoints: 'e0', set: { weight: 0 } }] },
    );
    expect(report.endpoints[0]?.attemptsByStep.slice(5)).toEqual([
      0,
      0,
      0,
      expect.any(Number),
      expect.any(Number),
    ]);
    expect(report.endpoints[0]?.attemptsByStep[9]).toBeGreaterThan(30);
  });

  it('sends requests of one key to one endpoint', async () => {
    const report = await run({ keys: () => 'same' }, { strategy: ringHash });
    expect(attemptsOf(report).sort()).toEqual([0, 0, 1_000]);
    const many = await run({ keys: uniformKeys(1_000) }, { strategy: ringHash });
    expect(Math.min(...attemptsOf(many))).toBeGreaterThan(200);
  });

  it('uses its subset alone, and all clients together use everything', async () => {
    const report = await run(
      { count: 10, traffic: { requestsPerSecond: 20 }, subset: { kind: 'aperture', size: 2 } },
      { endpoints: Array.from({ length: 10 }, () => ({ service: 10 })) },
    );
    const shares = report.endpoints.map(({ share }) => share);
    expect(Math.max(...shares)).toBeLessThan(0.13);
    expect(Math.min(...shares)).toBeGreaterThan(0.07);
  });

  it('prefers its own zone when told so', async () => {
    const endpoints = ['a', 'a', 'a', 'b', 'b', 'b'].map((zone) => ({ service: 10, zone }));
    const report = await run({ zone: 'a', zoneAware: {} }, { endpoints });
    expect(attemptsOf(report).slice(3)).toEqual([0, 0, 0]);
  });

  it('waits for answers when it is a number of users', async () => {
    const report = await run({ traffic: { users: 5, thinkMs: 40 } });
    // Five users, each with one request every 50 ms.
    expect(report.requests.total).toBeGreaterThanOrEqual(995);
    expect(report.requests.total).toBeLessThanOrEqual(1_005);
  });
});

describe('traffic', () => {
  it('comes as often as it says, at random times', async () => {
    const { requests, steps } = await run({ traffic: { requestsPerSecond: 1_000 } });
    expect(Math.abs(requests.total / 10_000 - 1)).toBeLessThan(0.04);
    const counts = steps.map((step) => step.requests);
    // Poisson: the variance of a second is its mean.
    expect(Math.max(...counts) - Math.min(...counts)).toBeGreaterThan(20);
  });

  it('follows a rate that rises, at even distances too, as soon as it does', async () => {
    for (const arrivals of ['even', 'poisson'] as const) {
      const requestsPerSecond = (atMs: number): number => (atMs < 5_000 ? 0.01 : 100);
      const { steps } = await run({ traffic: { requestsPerSecond, arrivals } });
      const after = steps.slice(5).map(({ requests }) => requests);
      for (const requests of after) expect(requests).toBeGreaterThan(arrivals === 'even' ? 98 : 60);
    }
  });

  it('may be none, for however long', async () => {
    const { requests } = await run({ traffic: { requestsPerSecond: 0 } }, { durationMs: 1e12, stepMs: 1e11 });
    expect(requests.total).toBe(0);
  });

  it('may change over time, and pause', async () => {
    const rate = (atMs: number): number => (atMs < 3_000 ? 100 : atMs < 6_000 ? 0 : 400);
    for (const arrivals of ['poisson', 'even'] as const) {
      const { steps } = await run({ traffic: { requestsPerSecond: rate, arrivals } });
      const counts = steps.map((step) => step.requests);
      const sum = (from: number, to: number): number => counts.slice(from, to).reduce((a, b) => a + b, 0);
      expect(sum(0, 3)).toBeGreaterThan(250);
      expect(sum(0, 3)).toBeLessThan(350);
      expect(sum(3, 6)).toBe(0);
      expect(sum(6, 10)).toBeGreaterThan(1_450);
      expect(sum(6, 10)).toBeLessThan(1_750);
    }
  });
});

describe('keys', () => {
  it('of a Zipf distribution are as popular as their rank says', async () => {
    const counts = new Map<string, number>();
    const draw = zipfKeys(1_000, 1);
    let state = 0;
    const random = (): number => {
      state = (state + 0.6180339887498949) % 1;
      return state;
    };
    for (let i = 0; i < 100_000; i++) {
      const key = draw(random);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    const [first = 0, second = 0, tenth = 0] = ['k0', 'k1', 'k9'].map((key) => counts.get(key));
    expect(first / second).toBeCloseTo(2, 1);
    expect(first / tenth).toBeCloseTo(10, 0);
  });
});

describe('tiers', () => {
  it('ask each other through clients of their own', async () => {
    const report = await run(
      {},
      {
        endpoints: [{ service: 10 }, { service: 10 }],
        dependency: {
          endpoints: [{ service: 5 }, { service: 5 }],
          dependency: { endpoints: [{ service: 1 }] },
        },
      },
    );
    expect(report.requests.successRatio).toBe(1);
    expect(report.latencyMs.p50).toBeCloseTo(16);
    expect(report.endpoints.map(({ id }) => id)).toEqual(['e0', 'e1', 't1-e0', 't1-e1', 't2-e0']);
    expect(report.tiers.map(({ attemptsPerRequest }) => attemptsPerRequest)).toEqual([1, 1, 1]);
  });

  it('fail when what they depend on fails', async () => {
    const report = await run(
      { retry: false },
      { dependency: { endpoints: [{ service: 5, failureRatio: 1 }], client: { retry: false } } },
    );
    expect(report.requests.successRatio).toBe(0);
    expect(report.errors).toEqual({ 'status 500': 1_000 });
  });
});
