import type { Strategy } from '@evenkeel/core';
import { peakEwma, prequal, random, roundRobin } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import { exponential, lognormal } from './distributions.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';

function scenario(change: Partial<Scenario> = {}): Scenario {
  return {
    name: 'test',
    strategy: roundRobin,
    durationMs: 10_000,
    endpoints: [{ service: 10 }, { service: 10 }, { service: 10 }],
    clients: { traffic: { requestsPerSecond: 100, arrivals: 'even' } },
    ...change,
  };
}

describe('simulate', () => {
  it('counts every request once', async () => {
    const { requests, attempts, latencyMs, endpoints, steps } = await simulate(scenario());
    expect(requests).toEqual({ total: 1_000, succeeded: 1_000, failed: 0, unfinished: 0, successRatio: 1 });
    expect(attempts).toEqual({ total: 1_000, retries: 0, hedges: 0, extraRatio: 0 });
    expect(latencyMs.p50).toBeCloseTo(10);
    expect(latencyMs.max).toBeCloseTo(10);
    expect(endpoints.map(({ attempts: count }) => count).sort()).toEqual([333, 333, 334]);
    expect(steps).toHaveLength(60);
    expect(steps.reduce((sum, step) => sum + step.requests, 0)).toBe(1_000);
  });

  it.each([
    ['round robin', roundRobin],
    ['peak EWMA', peakEwma],
    ['random', random],
    ['prequal with probes', prequal],
  ])('gives the same report for the same seed, and another for another: %s', async (_name, strategy) => {
    const noisy = (seed: number): Scenario =>
      scenario({
        strategy,
        seed,
        endpoints: [
          { service: lognormal(10, 1), concurrency: 2 },
          { service: exponential(10), failureRatio: 0.1 },
        ],
        clients: {
          count: 3,
          traffic: { requestsPerSecond: 60 },
          hedge: { percentile: 0.9 },
          healthCheck: { intervalMs: 500 },
        },
        network: { oneWayMs: exponential(1) },
      });
    const [first, second, other] = [
      await simulate(noisy(1)),
      await simulate(noisy(1)),
      await simulate(noisy(2)),
    ];
    expect(second).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('lets two strategies meet the same arrivals', async () => {
    const started = (strategy: Scenario['strategy']): Promise<number[]> =>
      simulate(scenario({ strategy, clients: { traffic: { requestsPerSecond: 100 } }, stepMs: 100 })).then(
        ({ steps }) => steps.map(({ requests }) => requests),
      );
    expect(await started(random)).toEqual(await started(peakEwma));
  });

  it('runs simulations at the same time without mixing them', async () => {
    const alone = await simulate(scenario({ strategy: peakEwma }));
    const together = await Promise.all([1, 1, 1].map(() => simulate(scenario({ strategy: peakEwma }))));
    for (const report of together) expect(report).toEqual(alone);
  });

  it('leaves the warm-up out', async () => {
    const { requests, endpoints } = await simulate(scenario({ warmUpMs: 5_000 }));
    expect(requests.total).toBe(500);
    expect(endpoints.reduce((sum, { attempts }) => sum + attempts, 0)).toBe(500);
  });

  it('says what had not ended', async () => {
    const { requests } = await simulate(scenario({ endpoints: [{ service: 60_000 }], drainMs: 100 }));
    expect(requests).toMatchObject({ total: 1_000, unfinished: 1_000, succeeded: 0, failed: 0 });
  });

  it('looks who is where at the end of every step, a last one that is shorter too', async () => {
    const endless = { endpoints: [{ service: Number.POSITIVE_INFINITY }], drainMs: 0, durationMs: 1_000 };
    const { steps } = await simulate(scenario({ ...endless, stepMs: 300 }));
    expect(steps.map(({ inFlight }) => inFlight)).toEqual([30, 60, 90, 100]);
    const { steps: one } = await simulate(scenario({ ...endless, stepMs: 5_000 }));
    expect(one.map(({ inFlight }) => inFlight)).toEqual([100]);
  });

  it('counts picks that break the contract of strategies, which no other figure shows', async () => {
    const picking =
      (pick: (list: Parameters<Strategy['update']>[0]) => unknown): Scenario['strategy'] =>
      () => {
        let list: Parameters<Strategy['update']>[0] = [];
        return {
          name: 'mistaken',
          update: (next) => {
            list = next;
          },
          pick: () => pick(list) as (typeof list)[number],
        };
      };
    const mispicks = async (strategy: Scenario['strategy'], failureRatio = 0): Promise<unknown> =>
      (await simulate(scenario({ strategy, endpoints: [{ service: 1, failureRatio }, { service: 1 }] })))
        .mispicks;
    expect(await mispicks(peakEwma, 0.5)).toEqual({});
    expect(await mispicks(picking(([first]) => first))).toEqual({});
    // A cluster may ask more than once before it picks by itself.
    const count = expect.any(Number);
    expect(await mispicks(picking(() => undefined))).toEqual({ nobody: count });
    expect(await mispicks(picking(() => 7))).toEqual({ stranger: count });
    expect(
      await mispicks(
        picking(([first]) => first),
        0.1,
      ),
    ).toEqual({ excluded: count });
  });

  it('works with a strategy that knows nothing of it', async () => {
    const first = (): Strategy => {
      let candidates: Parameters<Strategy['update']>[0] = [];
      return {
        name: 'first',
        update: (list) => {
          candidates = list;
        },
        pick: ({ exclude }) => candidates.find(({ endpoint }) => !exclude?.has(endpoint.id)),
      };
    };
    const { strategy, endpoints } = await simulate(scenario({ strategy: first }));
    expect(strategy).toBe('first');
    expect(endpoints.map(({ share }) => share)).toEqual([1, 0, 0]);
  });
});

describe('a mistake shows before anything runs', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['no endpoints', { endpoints: [] }, /^endpoints: got/],
    [
      'an unknown option',
      { endpoints: [{ service: 1, latency: 5 }] },
      /^endpoints\[0\]\.latency: .*no such option/,
    ],
    ['no service time', { endpoints: [{}] }, /^endpoints\[0\]\.service: got undefined/],
    [
      'an endpoint twice',
      {
        endpoints: [
          { id: 'a', service: 1 },
          { id: 'a', service: 1 },
        ],
      },
      /^endpoints\[1\]\.id/,
    ],
    ['a weight below 0', { endpoints: [{ service: 1, weight: -1 }] }, /^endpoints\[0\]\.weight: got -1/],
    ['no strategy', { strategy: undefined }, /^strategy: got undefined/],
    ['no traffic', { clients: {} }, /^clients\.traffic: got undefined/],
    ['no clients', { clients: [] }, /^clients: got/],
    [
      'a client option that is none',
      { clients: { traffic: { users: 1 }, retries: 3 } },
      /^clients\.retries: .*no such/,
    ],
    ['half a user', { clients: { traffic: { users: 0.5 } } }, /^clients\.traffic\.users: got 0\.5/],
    ['a duration that is none', { durationMs: Number.NaN }, /^durationMs: got NaN/],
    ['a seed that is no integer', { seed: 0.5 }, /^seed: got 0\.5/],
    ['an unknown scenario option', { duration: 5 }, /^duration: .*did you mean "durationMs"/],
    [
      'a change to nobody',
      { changes: [{ atMs: 1, endpoints: 'e9', set: {} }] },
      /^changes\[0\]\.endpoints: got "e9"/,
    ],
    ['a change to nothing', { changes: [{ atMs: 1 }] }, /^changes\[0\]: got/],
    ['a change that is none', { changes: [null] }, /^changes\[0\]: got null/],
    ['changes that are no list', { changes: {} }, /^changes: got/],
    ['nothing to add', { changes: [{ atMs: 1, add: { service: 1 } }] }, /^changes\[0\]\.add: got/],
    [
      'an endpoint added twice',
      { changes: [{ atMs: 1, add: [{ id: 'e0', service: 1 }] }] },
      /^changes\[0\]\.add\[0\]\.id: got "e0"/,
    ],
    [
      'a change with an unknown option',
      { changes: [{ atMs: 1, untillMs: 2, endpoints: 'e0', set: {} }] },
      /^changes\[0\]\.untillMs: .*no such option/,
    ],
    [
      'a neighbour that comes later and is none',
      {
        endpoints: [{ service: 1, cores: 1 }],
        changes: [{ atMs: 1, endpoints: 'e0', set: { antagonist: {} } }],
      },
      /^changes\[0\]\.set\.antagonist\.busyMs: got undefined/,
    ],
    [
      'an unknown failure',
      { endpoints: [{ service: 1, failure: { status: 503 } }] },
      /failure\.status: .*no such/,
    ],
    [
      'no cold start',
      { endpoints: [{ service: 1, coldStart: null }] },
      /^endpoints\[0\]\.coldStart: got null/,
    ],
    ['a zone that is no name', { endpoints: [{ service: 1, zone: 5 }] }, /^endpoints\[0\]\.zone: got 5/],
    ['no name', { name: undefined }, /^name: got undefined/],
    ['keys that are none', { clients: { traffic: { users: 1 }, keys: 'k' } }, /^clients\.keys: got "k"/],
    [
      'an unknown option of a subset',
      { clients: { traffic: { users: 1 }, subset: { kind: 'aperture', sizes: 2 } } },
      /^subset\.sizes: .*did you mean "size"/,
    ],
    ['an unknown way', { network: { oneWay: 5 } }, /^network\.oneWay: .*did you mean "oneWayMs"/],
    [
      'an unknown traffic option',
      { clients: { traffic: { requestsPerSecond: 1, arrival: 'even' } } },
      /^clients\.traffic\.arrival: .*did you mean "arrivals"/,
    ],
    [
      'traffic of two kinds',
      { clients: { traffic: { requestsPerSecond: 1, users: 1 } } },
      /^clients\.traffic\.requestsPerSecond: .*no such/,
    ],
    [
      'an unknown option of a dependency',
      { dependency: { endpoints: [{ service: 1 }], clients: {} } },
      /^dependency\.clients: .*did you mean "client"/,
    ],
    [
      'a rate that no clock can tell apart',
      { clients: { traffic: { requestsPerSecond: 1e300 } } },
      /^clients\.traffic\.requestsPerSecond: got 1e\+300/,
    ],
    ['no dependency', { dependency: null }, /^dependency: got null/],
    ['a duration of nothing', { durationMs: 5e-324 }, /^durationMs: got 5e-324/],
    [
      'a change that ends first',
      { changes: [{ atMs: 5, untilMs: 1, endpoints: 'e0', set: {} }] },
      /untilMs: got 1/,
    ],
    [
      'a wrong state',
      { changes: [{ atMs: 5, endpoints: 'e0', set: { condition: 'dead' } }] },
      /condition: got "dead"/,
    ],
  ])('%s', async (_name, change, message) => {
    await expect(simulate(scenario(change as Partial<Scenario>))).rejects.toThrow(message);
  });

  it.each<[string, Partial<Scenario>, RegExp]>([
    ['work', { endpoints: [{ service: () => Number.NaN }] }, /^endpoints\[0\]\.service: got NaN/],
    ['a way', { network: { oneWayMs: () => -1 } }, /network\.oneWayMs: got -1/],
    [
      'time to think',
      { clients: { traffic: { users: 1, thinkMs: () => Number.NaN } } },
      /^clients\.traffic\.thinkMs: got NaN/,
    ],
    [
      'a rate',
      { clients: { traffic: { requestsPerSecond: () => Number.NaN } } },
      /^clients\.traffic\.requestsPerSecond: got NaN/,
    ],
  ])('%s that is drawn and no number ends the simulation', async (_name, change, message) => {
    await expect(simulate(scenario(change))).rejects.toThrow(message);
  });

  it('a strategy that throws ends the simulation with its error', async () => {
    const broken = (method: 'update' | 'pick' | 'observe') => (): Strategy => {
      const strategy = roundRobin();
      return {
        name: 'broken',
        update: (candidates) => strategy.update(candidates),
        pick: (context) => strategy.pick(context),
        [method]: () => {
          throw new Error(`no ${method}`);
        },
      };
    };
    for (const method of ['update', 'pick', 'observe'] as const) {
      await expect(simulate(scenario({ strategy: broken(method) }))).rejects.toThrow(`no ${method}`);
    }
  });
});
