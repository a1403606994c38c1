import { describe, expect, it } from 'vitest';
import { InvalidOptionsError } from '../errors.ts';
import { type Random, seededRandom } from '../random.ts';
import { aimdLimit } from './aimd-limit.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { fixedLimit } from './fixed-limit.ts';
import { gradientLimit } from './gradient-limit.ts';
import { queueCheck } from './queue-check.ts';

interface Phase {
  readonly forMs: number;
  /** Requests the endpoint serves at once; the others queue, first come, first served. */
  readonly workers: number;
  /** Mean time of one request, in ms. */
  readonly serviceMs: number;
  /** Requests that may queue; the endpoint refuses more, after 1 ms. */
  readonly queue?: number;
}

/** How a phase went: requests per second ÷ capacity, and the smallest and largest limit in its second half. */
interface PhaseResult {
  readonly throughputRatio: number;
  readonly low: number;
  readonly high: number;
}

/** Offers an endpoint as many requests as the limit allows, all the time, through several phases of its life. */
function saturate(
  limit: ConcurrencyLimit,
  phases: readonly Phase[],
  serviceMs: (random: Random, mean: number) => number = (random, mean) => mean * (0.5 + random()),
): PhaseResult[] {
  const random = seededRandom(7);
  const pending: { at: number; start: number; dropped: boolean }[] = [];
  let freeAt: number[] = [];
  let now = 0;
  let phaseStart = 0;
  return phases.map(({ forMs, workers, serviceMs: mean, queue = Number.POSITIVE_INFINITY }) => {
    freeAt = Array.from({ length: workers }, (_, index) => freeAt[index] ?? now);
    const end = phaseStart + forMs;
    const half = phaseStart + forMs / 2;
    phaseStart = end;
    let served = 0;
    let low = Number.POSITIVE_INFINITY;
    let high = 0;
    const send = (): void => {
      while (pending.length < limit.limit) {
        if (pending.length >= workers + queue) {
          pending.push({ at: now + 1, start: now, dropped: true });
          continue;
        }
        const worker = freeAt.indexOf(Math.min(...freeAt));
        const at = Math.max(now, freeAt[worker]!) + serviceMs(random, mean);
        freeAt[worker] = at;
        pending.push({ at, start: now, dropped: false });
      }
    };
    for (send(); ; send()) {
      let next = 0;
      for (let i = 1; i < pending.length; i++) if (pending[i]!.at < pending[next]!.at) next = i;
      if (pending[next]!.at > end) break;
      const { at, start, dropped } = pending[next]!;
      now = at;
      limit.observe(now - start, pending.length, dropped, now);
      pending.splice(next, 1);
      if (now < half) continue;
      if (!dropped) served++;
      low = Math.min(low, limit.limit);
      high = Math.max(high, limit.limit);
    }
    return { throughputRatio: (served * mean) / (workers * (forMs / 2)), low, high };
  });
}

describe('fixedLimit', () => {
  it('stays what it is', () => {
    const limit = fixedLimit(7);
    limit.observe(1_000, 7, true, 0);
    expect(limit.limit).toBe(7);
  });

  it.each([0, 1.5, Number.NaN])('rejects %d', (value) => {
    expect(() => fixedLimit(value)).toThrow(InvalidOptionsError);
  });
});

describe('aimdLimit', () => {
  it('grows by one for each full limit of good answers, while it is used', () => {
    const limit = aimdLimit({ initial: 10 });
    for (let i = 0; i < 10; i++) limit.observe(5, 10, false, i);
    expect(limit.limit).toBe(10);
    limit.observe(5, 10, false, 11);
    expect(limit.limit).toBe(11);
    for (let i = 0; i < 100; i++) limit.observe(5, 4, false, 12);
    expect(limit.limit).toBe(11);
  });

  it('falls once for all requests that were in flight together', () => {
    const limit = aimdLimit({ initial: 100 });
    for (let i = 0; i < 50; i++) limit.observe(1_000, 100, true, 2_000 + i);
    expect(limit.limit).toBe(90);
    limit.observe(10, 90, true, 2_060);
    expect(limit.limit).toBe(81);
  });

  it('takes an answer that is too slow for an overload', () => {
    const limit = aimdLimit({ initial: 100, maxLatencyMs: 500 });
    limit.observe(501, 100, false, 1_000);
    expect(limit.limit).toBe(90);
  });

  it('stays within its bounds', () => {
    const limit = aimdLimit({ initial: 5, min: 4, max: 6 });
    for (let i = 0; i < 100; i++) limit.observe(1, 6, false, i);
    expect(limit.limit).toBe(6);
    for (let i = 0; i < 100; i++) limit.observe(1, 6, true, 1_000 + i * 10);
    expect(limit.limit).toBe(4);
  });

  it('finds the capacity of an endpoint that refuses what it cannot queue, again and again', () => {
    const results = saturate(aimdLimit(), [
      { forMs: 20_000, workers: 32, serviceMs: 20, queue: 8 },
      { forMs: 20_000, workers: 8, serviceMs: 20, queue: 8 },
      { forMs: 20_000, workers: 32, serviceMs: 20, queue: 8 },
    ]);
    for (const { throughputRatio } of results) expect(throughputRatio).toBeGreaterThan(0.95);
    expect(results.map(({ high }) => high)).toEqual([41, 17, 41]);
  });
});

describe('gradientLimit', () => {
  const steady = { forMs: 40_000, workers: 32, serviceMs: 20 };

  it.each<[string, (random: Random, mean: number) => number]>([
    ['constant', (_, mean) => mean],
    ['uniform', (random, mean) => mean * (0.5 + random())],
    ['exponential', (random, mean) => -Math.log(1 - random()) * mean],
  ])('converges near the capacity of an endpoint with %s service times', (_, serviceMs) => {
    const [result] = saturate(gradientLimit(), [steady], serviceMs);
    expect(result?.throughputRatio).toBeGreaterThan(0.97);
    expect(result?.high).toBeLessThan(2.5 * 32);
  });

  it('never dips far to measure the base: 40 s under full load stay above half of the capacity', () => {
    const [result] = saturate(gradientLimit(), [steady]);
    expect(result?.low).toBeGreaterThan(16);
  });

  it('follows an endpoint that loses half of its capacity, and one that gets it back', () => {
    const results = saturate(gradientLimit(), [steady, { ...steady, workers: 16 }, steady]);
    for (const { throughputRatio } of results) expect(throughputRatio).toBeGreaterThan(0.95);
    expect(results[1]?.high).toBeLessThan(3 * 16);
  });

  it('does not starve an endpoint that became slower without a queue, however long the base is believed', () => {
    const limit = gradientLimit({ baseMaxAgeMs: 1e9 });
    const [, slower] = saturate(limit, [steady, { ...steady, serviceMs: 60, forMs: 20_000 }]);
    expect(slower?.throughputRatio).toBeGreaterThan(0.95);
  });

  it('does not run away: minutes of full load do not lift the limit', () => {
    const [result] = saturate(gradientLimit(), [{ forMs: 300_000, workers: 8, serviceMs: 50 }]);
    expect(result?.high).toBeLessThan(4 * 8);
  });

  it('moves by the formula: gradient × limit + √limit', () => {
    const limit = gradientLimit({ initial: 100, minSamples: 1, windowMs: 10 });
    limit.observe(10, 100, false, 0);
    limit.observe(10, 100, false, 10);
    expect(limit.limit).toBe(100 * 1.25 + 10);
    // Latency 12.5 is base × (1 + buffer): gradient 1.
    limit.observe(10, 135, false, 20);
    const before = 135 * 1.25 + Math.sqrt(135);
    expect(limit.limit).toBe(Math.floor(before));
    limit.observe(10 * 1.25, Math.floor(before), false, 33);
    expect(limit.limit).toBe(Math.floor(before + Math.sqrt(before)));
  });

  it('stays a number on a clock that is too coarse to see the answers', () => {
    const limit = gradientLimit({ max: 500 });
    for (let i = 0; i < 400; i++) limit.observe(0, limit.limit, false, 10 * i);
    expect(limit.limit).toBe(500);
  });

  it('halves at most, however slow the answers', () => {
    const limit = gradientLimit({ initial: 100, minSamples: 1, windowMs: 1 });
    limit.observe(1, 100, false, 0);
    limit.observe(1, 100, false, 1);
    const before = limit.limit;
    limit.observe(1_000, before, false, 2_000);
    expect(limit.limit).toBe(Math.floor(before * 0.5 + Math.sqrt(before)));
  });

  it('leaves the limit alone while traffic does not reach half of it', () => {
    const limit = gradientLimit({ initial: 100 });
    for (let now = 0; now < 60_000; now++) limit.observe(now < 30_000 ? 10 : 500, 49, false, now);
    expect(limit.limit).toBe(100);
  });

  it('shrinks by the share of dropped requests, also when all are', () => {
    const limit = gradientLimit({ initial: 100, minSamples: 10, windowMs: 1 });
    for (let i = 0; i < 10; i++) limit.observe(5, 100, i < 2, 10 + 10 * i);
    expect(limit.limit).toBe(80);
    for (let i = 0; i < 1_000; i++) limit.observe(0, 3, true, 1_000 + i);
    expect(limit.limit).toBe(3);
  });

  it('recovers from a total outage', () => {
    const limit = gradientLimit();
    for (let i = 0; i < 1_000; i++) limit.observe(0, 3, true, i);
    for (let now = 2_000; now < 12_000; now += 10) limit.observe(10, limit.limit, false, now);
    expect(limit.limit).toBeGreaterThan(20);
  });

  it.each([
    ['min', { min: 0 }],
    ['max', { min: 10, max: 9 }],
    ['initial', { initial: 2_000 }],
    ['bufferRatio', { bufferRatio: -1 }],
    ['minSamples', { minSamples: 0 }],
  ])('rejects a wrong %s by name', (field, options) => {
    expect(() => gradientLimit(options)).toThrow(`gradientLimit.${field}`);
  });

  it('fits its defaults to the bounds that are given', () => {
    expect(gradientLimit({ max: 2 }).limit).toBe(2);
    expect(gradientLimit({ min: 50 }).limit).toBe(50);
    expect(gradientLimit({ min: 5_000 }).limit).toBe(5_000);
  });
});

describe('queueCheck', () => {
  it('believes in a queue as long as latency falls with the limit', () => {
    const test = queueCheck();
    expect([100, 80, 50, 25, 12].map((limit) => test.refuted(limit, limit))).not.toContain(true);
  });

  it('refutes it when half the concurrency is just as slow, noise or not', () => {
    const test = queueCheck();
    const steps = [
      [100, 40],
      [80, 44],
      [60, 37],
      [49, 38],
    ] as const;
    expect(steps.map(([limit, latencyMs]) => test.refuted(limit, latencyMs))).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('begins anew at a higher limit', () => {
    const test = queueCheck();
    expect([10, 100, 60].map((limit) => test.refuted(limit, 20))).toEqual([false, false, false]);
  });
});
