import { type Endpoint, type LoadReport, seededRandom } from '@evenkeel/core';
import { type ManualClock, manualClock, settle } from '@evenkeel/core/testing';
import { type FakeCandidate, fakeCandidate, fakeObservation, testStrategy } from '@evenkeel/testing';
import { describe, expect, it, test } from 'vitest';
import { prequal } from './prequal.ts';
import { prequalSettings, reuseBudget } from './prequal-options.ts';

const candidates = (count: number): FakeCandidate[] =>
  Array.from({ length: count }, (_, i) => fakeCandidate({ host: 'h', port: i + 1 }));

/** A strategy whose endpoints answer probes with what `loads` says, by port. */
async function probed(
  loads: readonly (LoadReport & { requestsInFlight: number; latencyMs: number })[],
): Promise<{ ports: (picks: number) => Promise<number[]>; clock: ManualClock; probes: number[] }> {
  const clock = manualClock();
  const probes: number[] = [];
  const strategy = prequal({
    clock,
    random: seededRandom(4),
    probe: async ({ port }: Endpoint) => {
      probes.push(port);
      return loads[port - 1]!;
    },
  });
  strategy.update(candidates(loads.length));
  const ports = async (picks: number): Promise<number[]> => {
    const result: number[] = [];
    for (let i = 0; i < picks; i++) {
      result.push(strategy.pick({})?.endpoint.port ?? 0);
      await settle();
    }
    return result;
  };
  // Enough picks for the pool and the hot threshold to fill.
  await ports(100);
  probes.length = 0;
  return { ports, clock, probes };
}

describe('prequal', () => {
  testStrategy({ test, make: prequal, toleranceRatio: 0.05 });

  it('takes the lowest latency among the cold', async () => {
    const { ports } = await probed([
      { requestsInFlight: 5, latencyMs: 50 },
      { requestsInFlight: 5, latencyMs: 10 },
      { requestsInFlight: 5, latencyMs: 40 },
      { requestsInFlight: 5, latencyMs: 60 },
    ]);
    const picked = await ports(100);
    // A probe that served a pick counts one more in flight until the next one: then it is hot for a moment.
    expect(picked.filter((port) => port === 2).length).toBeGreaterThan(50);
    expect(picked.filter((port) => port === 4).length).toBeLessThan(10);
  });

  it('does not take a hot endpoint, however quick it says it is', async () => {
    const { ports } = await probed([
      { requestsInFlight: 500, latencyMs: 1 },
      ...Array.from({ length: 9 }, () => ({ requestsInFlight: 5, latencyMs: 40 })),
    ]);
    // Its fair share is 40; the threshold is a quantile of random samples, and may be off for a moment.
    expect((await ports(400)).filter((port) => port === 1).length).toBeLessThanOrEqual(4);
  });

  it.each([-1, Number.NaN])(
    'goes on with its own view when an endpoint reports %d requests in flight',
    (report) => {
      const strategy = prequal({ clock: manualClock(), random: seededRandom(4) });
      const list = candidates(4);
      strategy.update(list);
      strategy.observe?.(list[1]!, fakeObservation({ loadReport: { requestsInFlight: report } }));
      list[0]!.inFlight = 50;
      let busiest = 0;
      for (let i = 0; i < 400; i++) if (strategy.pick({}) === list[0] && i >= 100) busiest++;
      expect(busiest).toBeLessThan(10);
    },
  );

  it('sends three probes for a pick, and none waits for them', async () => {
    const { ports, probes } = await probed(
      Array.from({ length: 50 }, () => ({ requestsInFlight: 1, latencyMs: 10 })),
    );
    await ports(100);
    expect(probes.length).toBeGreaterThan(270);
    expect(probes.length).toBeLessThanOrEqual(300);
  });

  it('forgets probes after a second, and picks at random, by weight, without them', () => {
    const clock = manualClock();
    const list = candidates(3);
    list[2]!.weight = 2;
    const strategy = prequal({ clock, random: seededRandom(4), probe: () => new Promise(() => {}) });
    strategy.update(list);
    const counts = [0, 0, 0];
    for (let i = 0; i < 8_000; i++) {
      clock.advance(10);
      counts[list.indexOf(strategy.pick({}) as FakeCandidate)]!++;
    }
    expect(counts[2]! / 8_000).toBeCloseTo(0.5, 1);
    expect(counts[0]! / 8_000).toBeCloseTo(0.25, 1);
  });

  it('gives up on probes that hang, and aborts them', async () => {
    const clock = manualClock();
    const signals: AbortSignal[] = [];
    const strategy = prequal({
      clock,
      probe: (_endpoint, { signal }) => {
        signals.push(signal);
        return new Promise(() => {});
      },
    });
    strategy.update(candidates(2));
    for (let i = 0; i < 20; i++) strategy.pick({});
    expect(signals).toHaveLength(2);
    await clock.advanceAsync(1_000);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    expect(clock.pendingTimers).toBe(0);
    for (let i = 0; i < 20; i++) strategy.pick({});
    expect(signals).toHaveLength(4);
  });

  it('goes on when probes fail or throw', async () => {
    const list = candidates(3);
    const clock = manualClock();
    for (const probe of [
      () => Promise.reject(new Error('refused')),
      () => {
        throw new Error('thrown');
      },
      async () => ({ requestsInFlight: Number.NaN, latencyMs: -1 }),
    ]) {
      const strategy = prequal({ clock, probe });
      strategy.update(list);
      for (let i = 0; i < 20; i++) {
        expect(list).toContain(strategy.pick({}));
        await settle();
      }
      expect(clock.pendingTimers).toBe(0);
    }
  });

  it('learns from reports that come with responses', () => {
    const clock = manualClock();
    const list = candidates(4);
    const strategy = prequal({ clock, random: seededRandom(4) });
    strategy.update(list);
    let busy = 0;
    for (let i = 0; i < 2_000; i++) {
      const picked = strategy.pick({}) as FakeCandidate;
      if (i > 1_000 && picked === list[0]) busy++;
      clock.advance(1);
      const requestsInFlight = picked === list[0] ? 100 : 5;
      const loadReport = { requestsInFlight, latencyMs: 10 };
      strategy.observe?.(picked, fakeObservation({ at: clock.now(), loadReport }));
    }
    // Endpoint 0 is hot: it is only met when its last report has aged.
    expect(busy).toBeLessThan(50);
  });

  it('uses the least loaded by its own view when nobody reports', () => {
    const list = candidates(4);
    const strategy = prequal({ clock: manualClock(), random: seededRandom(4) });
    strategy.update(list);
    list[0]!.inFlight = 50;
    const picks = Array.from({ length: 1_200 }, () => strategy.pick({})).slice(200);
    // Its fair share is 250; the threshold is a quantile of random samples, and may be off for a moment.
    expect(picks.filter((candidate) => candidate === list[0]).length).toBeLessThan(30);
  });

  it('lets a probe serve as often as the paper says', () => {
    // (1 + 1) / ((1 − 16/100) × 3 − 1) = 1.3157…; the pool outgrows a small fleet, whose probes are always fresh.
    const poolSize = 16;
    expect(reuseBudget(prequalSettings({ poolSize }), 100)).toBeCloseTo(2 / 1.52, 10);
    expect(reuseBudget(prequalSettings({ poolSize, reuseDelta: 0.1 }), 1_000)).toBe(1);
    expect(reuseBudget(prequalSettings({ poolSize }), 10)).toBe(Number.POSITIVE_INFINITY);
  });

  it('names an option that is out of its range', () => {
    expect(() => prequal({ poolSize: 1 })).toThrow(/poolSize/);
    expect(() => prequal({ hotRatio: 1.5 })).toThrow(/hotRatio/);
  });
});
