import type { LoadMetric, Observation } from '@evenkeel/core';
import { type FakeCandidate, fakeCandidate, fakeObservation } from '@evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { inFlightMetric } from './in-flight-metric.ts';
import { meanLatencyMetric } from './mean-latency-metric.ts';
import { peakEwmaMetric } from './peak-ewma-metric.ts';

class Bench {
  readonly metric: LoadMetric;
  readonly list: FakeCandidate[];

  constructor(metric: LoadMetric, count = 2) {
    this.metric = metric;
    this.list = Array.from({ length: count }, (_, i) => fakeCandidate({ host: 'h', port: i + 1 }));
    metric.retain?.(this.list);
  }

  see(index: number, at: number, latencyMs: number, kind: Observation['kind'] = 'success'): void {
    this.metric.observe?.(this.list[index]!, fakeObservation({ at, latencyMs, kind }));
  }

  load(index: number, now: number): number {
    return this.metric.load(this.list[index]!, now);
  }
}

describe('latency', () => {
  it('rises at once when four peaks in a row prove it, and four fast answers end it', () => {
    const bench = new Bench(peakEwmaMetric(), 3);
    for (let at = 0; at < 1_000; at += 10) for (const i of [0, 1, 2]) bench.see(i, at, 100);
    for (let at = 1_000; at < 1_003; at++) bench.see(0, at, 4_000);
    expect(bench.load(0, 1_003)).toBeLessThan(101);
    bench.see(0, 1_003, 4_000);
    expect(bench.load(0, 1_003)).toBeCloseTo(4_000, 0);
    for (let at = 1_004; at < 1_008; at++) for (const i of [0, 1, 2]) bench.see(i, at, 100);
    expect(bench.load(0, 1_008)).toBeCloseTo(100, 0);
  });

  it('follows smaller changes with the decay', () => {
    for (const metric of [peakEwmaMetric(), meanLatencyMetric()]) {
      const bench = new Bench(metric);
      for (let at = 0; at <= 10_000; at += 10) bench.see(0, at, 100);
      bench.see(0, 10_100, 50);
      expect(bench.load(0, 10_100)).toBeCloseTo(100 - 50 * (1 - Math.exp(-0.01)), 2);
    }
  });

  it('of a newcomer is not that of its first answer, for which a connection was made', () => {
    const bench = new Bench(peakEwmaMetric());
    for (let at = 0; at < 100; at++) bench.see(1, at, 10);
    bench.see(0, 100, 60);
    expect(bench.load(0, 110)).toBeLessThan(20);
    bench.see(0, 110, 12);
    bench.see(0, 120, 12);
    expect(bench.load(0, 120)).toBeCloseTo(12, 1);
  });

  it('returns to that of the fleet after silence, with gaps that double while tries are slow, up to 8 s', () => {
    const bench = new Bench(peakEwmaMetric());
    let now = 0;
    const fleet = (): void => {
      for (let i = 0; i < 40; i++) bench.see(1, now, 10);
    };
    for (; now < 1_000; now += 10) for (const i of [0, 1]) bench.see(i, now, 10);
    for (let i = 0; i < 4; i++) bench.see(0, now, 200);
    const gaps: number[] = [];
    for (let tries = 0; tries < 6; tries++) {
      const from = now;
      fleet();
      for (; bench.load(0, now) > 11; fleet()) now += 50;
      gaps.push(now - from);
      Object.assign(bench.list[0]!, { inFlight: 1, pending: 1, oldestPendingAt: now });
      expect(bench.load(0, now)).toBeGreaterThan(100);
      Object.assign(bench.list[0]!, { inFlight: 0, pending: 0, oldestPendingAt: Number.POSITIVE_INFINITY });
      now += 200;
      bench.see(0, now, 200);
    }
    expect(gaps[0]).toBeLessThanOrEqual(1_000);
    for (let i = 1; i < gaps.length; i++) expect(gaps[i]).toBeGreaterThanOrEqual(gaps[i - 1]! - 200);
    expect(gaps[3]).toBeGreaterThan(4_000);
    expect(gaps.at(-1)).toBeLessThanOrEqual(8_000);
  });

  it('keeps what a slow request taught that was given up, also of an endpoint that never answered', () => {
    const bench = new Bench(peakEwmaMetric());
    bench.see(0, 0, 10);
    bench.see(1, 1_000, 1_000, 'cancelled');
    expect(bench.load(1, 1_000)).toBeCloseTo(1_000, 3);
    bench.see(0, 60_000, 900, 'cancelled');
    expect(bench.load(0, 60_000)).toBeCloseTo(900, 3);
  });

  it('multiplies with the requests in flight and one more', () => {
    const bench = new Bench(peakEwmaMetric());
    bench.see(0, 0, 100);
    bench.list[0]!.inFlight = 4;
    expect(bench.load(0, 0)).toBeCloseTo(500, 3);
  });

  it('fades while nothing comes in, so that an endpoint left alone is tried again', () => {
    const bench = new Bench(peakEwmaMetric({ decayMs: 1_000 }));
    bench.see(0, 0, 100);
    expect(bench.load(0, 100)).toBeCloseTo(100 * Math.exp(-0.1), 3);
    expect(bench.load(0, 3_000)).toBeCloseTo(100 * Math.exp(-3), 3);
  });

  it('of a newcomer is that of the fleet, neither 0 nor infinite', () => {
    const bench = new Bench(peakEwmaMetric(), 3);
    for (let at = 0; at < 100; at++) {
      bench.see(0, at, 80);
      bench.see(1, at, 120);
    }
    expect(bench.load(2, 100)).toBeGreaterThan(80);
    expect(bench.load(2, 100)).toBeLessThan(120);
  });

  it('is not learned from what failed or was cancelled early, but from what lasted longer', () => {
    for (const kind of ['failure', 'cancelled'] as const) {
      const bench = new Bench(peakEwmaMetric({ errorAware: false }));
      bench.see(0, 0, 100);
      bench.see(0, 1, 1, kind);
      expect(bench.load(0, 1)).toBeCloseTo(100, 1);
      bench.see(0, 2, 900, kind);
      expect(bench.load(0, 2)).toBeCloseTo(900, 0);
    }
  });

  it('is at least the age of the oldest request while nothing comes back', () => {
    const bench = new Bench(peakEwmaMetric());
    bench.see(0, 1_000, 100);
    Object.assign(bench.list[0]!, { inFlight: 1, pending: 1, oldestPendingAt: 1_000 });
    expect(bench.load(0, 1_050)).toBeCloseTo(100 * 2, -1);
    expect(bench.load(0, 1_700)).toBeCloseTo(700 * 2, 0);
  });

  it('is not the age of one long request among many that come back', () => {
    const bench = new Bench(peakEwmaMetric());
    for (let at = 1_000; at <= 3_000; at += 10) bench.see(0, at, 100);
    Object.assign(bench.list[0]!, { inFlight: 10, pending: 10, oldestPendingAt: 1_000 });
    expect(bench.load(0, 3_005) / 11).toBeCloseTo(100, -1);
    expect(bench.load(0, 3_100) / 11).toBeGreaterThan(900);
  });

  it('does not count in the in-flight metric', () => {
    const bench = new Bench(inFlightMetric());
    bench.see(0, 0, 5_000);
    bench.list[0]!.inFlight = 2;
    expect(bench.load(0, 0)).toBe(3);
    expect(bench.load(1, 0)).toBe(1);
  });
});

describe('failures', () => {
  const busy = (metric: LoadMetric, inFlight: number): Bench => {
    const bench = new Bench(metric, 3);
    for (const i of [1, 2]) bench.list[i]!.inFlight = inFlight;
    for (let at = 0; at < 50; at++) {
      bench.see(1, at, 50);
      bench.see(2, at, 50);
    }
    return bench;
  };

  it('outweigh idleness and speed at any load of the others', () => {
    for (const inFlight of [0, 10, 1_000]) {
      for (const metric of [peakEwmaMetric(), inFlightMetric(), meanLatencyMetric()]) {
        const bench = busy(metric, inFlight);
        for (let i = 0; i < 20; i++) bench.see(0, 50 + i, 1, 'failure');
        expect(bench.load(0, 70)).toBeGreaterThan(bench.load(1, 70));
      }
    }
  });

  it('keep a second request away while the first try after a failure is pending', () => {
    const bench = busy(peakEwmaMetric(), 5);
    bench.see(0, 50, 1, 'failure');
    const later = 60_000;
    for (const i of [1, 2]) bench.see(i, later, 50);
    expect(bench.load(0, later)).toBeLessThan(bench.load(1, later));
    Object.assign(bench.list[0]!, { inFlight: 1, pending: 1, oldestPendingAt: later });
    expect(bench.load(0, later)).toBeGreaterThan(10 * bench.load(1, later));
  });

  it('double the pause before the next try, up to 16 s, and one success ends it', () => {
    const bench = busy(inFlightMetric(), 5);
    for (let i = 0; i < 14; i++) bench.see(0, 50, 1, 'failure');
    let now = 50;
    const pauses: number[] = [];
    for (let tries = 0; tries < 5; tries++) {
      const from = now;
      while (bench.load(0, now) >= bench.load(1, now)) now += 10;
      pauses.push(now - from);
      bench.see(0, now, 1, 'failure');
    }
    for (let i = 1; i < pauses.length; i++) expect(pauses[i]).toBeGreaterThanOrEqual(pauses[i - 1]! - 10);
    expect(pauses.at(-1)).toBeLessThan(17_000);
    bench.see(0, now + 16_000, 1);
    for (let i = 0; i < 30; i++) bench.see(0, now + 16_001 + i, 1);
    expect(bench.load(0, now + 17_000)).toBeLessThan(bench.load(1, now + 17_000));
  });

  it('are no reason when the option says so, and cancelled requests never are', () => {
    const indifferent = busy(inFlightMetric({ errorAware: false }), 5);
    indifferent.see(0, 50, 1, 'failure');
    expect(indifferent.load(0, 50)).toBe(1);
    const bench = busy(inFlightMetric(), 5);
    bench.see(0, 50, 1, 'cancelled');
    expect(bench.load(0, 50)).toBe(1);
  });
});

describe('memory', () => {
  it('follows the candidate through updates, and ends when it leaves', () => {
    const bench = new Bench(peakEwmaMetric(), 3);
    const [a, b, c] = bench.list as [FakeCandidate, FakeCandidate, FakeCandidate];
    bench.see(0, 0, 100);
    bench.see(1, 0, 200);
    bench.metric.retain?.([c, b]);
    expect(bench.metric.load(b, 0)).toBeCloseTo(200, 3);
    expect(bench.metric.loadAt?.(1, 0)).toBeCloseTo(200, 3);
    bench.metric.retain?.([a, b, c]);
    expect(bench.metric.load(a, 0)).toBe(bench.metric.load(c, 0));
  });

  it('takes no notice of a candidate that has left', () => {
    const bench = new Bench(peakEwmaMetric(), 2);
    bench.metric.retain?.([bench.list[1]!]);
    bench.see(0, 0, 9_999);
    bench.see(1, 0, 10);
    expect(bench.load(0, 0)).toBe(0);
    expect(bench.load(1, 0)).toBeCloseTo(10, 3);
  });
});
