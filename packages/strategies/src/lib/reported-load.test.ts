import type { LoadReport, Strategy } from '@evenkeel/core';
import { type ManualClock, manualClock } from '@evenkeel/core/testing';
import { type FakeCandidate, fakeCandidate, fakeObservation, testStrategy } from '@evenkeel/testing';
import { describe, expect, it, test } from 'vitest';
import { type ReportedLoadOptions, reportedLoad } from './reported-load.ts';

class Bench {
  readonly clock: ManualClock = manualClock(50_000);
  readonly list: FakeCandidate[];
  readonly strategy: Strategy;

  constructor(count: number, options: ReportedLoadOptions = {}) {
    this.list = Array.from({ length: count }, (_, i) => fakeCandidate(`h:${i + 1}`));
    this.strategy = reportedLoad({ clock: this.clock, random: () => 0, ...options });
    this.strategy.update(this.list);
  }

  report(...reports: (LoadReport | undefined)[]): void {
    for (const [i, loadReport] of reports.entries()) {
      if (loadReport !== undefined)
        this.strategy.observe?.(this.list[i]!, fakeObservation({ at: this.clock.now(), loadReport }));
    }
  }

  /** Reports through the blackout, once a second. */
  warm(...reports: (LoadReport | undefined)[]): void {
    for (let second = 0; second <= 11; second++) {
      this.report(...reports);
      this.clock.advance(1_000);
    }
  }

  shares(picks = 6_000): number[] {
    const counts = this.list.map(() => 0);
    for (let i = 0; i < picks; i++) counts[this.list.indexOf(this.strategy.pick({}) as FakeCandidate)]!++;
    return counts.map((count) => count / picks);
  }
}

const close = (values: readonly number[]): unknown[] => values.map((value) => expect.closeTo(value, 2));

describe('reportedLoad', () => {
  testStrategy({ test, make: reportedLoad, toleranceRatio: 0.01 });

  it('weighs by requests per second ÷ utilization', () => {
    const bench = new Bench(3);
    bench.warm(
      { rps: 100, cpuUtilization: 0.5 },
      { rps: 100, cpuUtilization: 0.25 },
      { rps: 300, cpuUtilization: 0.5 },
    );
    expect(bench.shares()).toEqual(close([200 / 1_200, 400 / 1_200, 600 / 1_200]));
  });

  it.each([
    { rps: 1, cpuUtilization: Number.MIN_VALUE },
    { rps: Number.MAX_VALUE, cpuUtilization: 1 },
    { rps: Number.MIN_VALUE, cpuUtilization: 1 },
    { rps: 1, cpuUtilization: Number.POSITIVE_INFINITY },
    { rps: 1, eps: Number.NaN, cpuUtilization: 1 },
  ])('is not thrown off by an endpoint that reports %o', (report) => {
    const bench = new Bench(3);
    bench.warm(report, report, { rps: 100, cpuUtilization: 0.5 });
    const shares = bench.shares(600);
    for (const share of shares) expect(share).toBeGreaterThan(0);
  });

  it('prefers the utilization that the application reports', () => {
    const bench = new Bench(2);
    bench.warm(
      { rps: 100, cpuUtilization: 0.1, applicationUtilization: 1 },
      { rps: 100, cpuUtilization: 0.9, applicationUtilization: 0.5 },
    );
    expect(bench.shares()).toEqual(close([1 / 3, 2 / 3]));
  });

  it('counts errors against an endpoint', () => {
    const bench = new Bench(2);
    bench.warm({ rps: 100, eps: 50, cpuUtilization: 0.5 }, { rps: 100, cpuUtilization: 0.5 });
    expect(bench.shares()).toEqual(close([1 / 3, 2 / 3]));
    const lenient = new Bench(2, { errorPenalty: 0 });
    lenient.warm({ rps: 100, eps: 50, cpuUtilization: 0.5 }, { rps: 100, cpuUtilization: 0.5 });
    expect(lenient.shares()).toEqual(close([1 / 2, 1 / 2]));
  });

  it('waits for the blackout period before it believes a report', () => {
    const bench = new Bench(2);
    const reports = [
      { rps: 100, cpuUtilization: 1 },
      { rps: 300, cpuUtilization: 1 },
    ];
    bench.report(...reports);
    bench.clock.advance(9_999);
    expect(bench.shares()).toEqual(close([1 / 2, 1 / 2]));
    bench.clock.advance(1_001);
    expect(bench.shares()).toEqual(close([1 / 4, 3 / 4]));
  });

  it('forgets weights that are not renewed, and starts with a blackout again', () => {
    const bench = new Bench(2);
    const reports = [
      { rps: 100, cpuUtilization: 1 },
      { rps: 300, cpuUtilization: 1 },
    ];
    bench.warm(...reports);
    bench.clock.advance(180_000);
    expect(bench.shares()).toEqual(close([1 / 2, 1 / 2]));
    bench.report(...reports);
    bench.clock.advance(2_000);
    expect(bench.shares()).toEqual(close([1 / 2, 1 / 2]));
    bench.clock.advance(9_000);
    expect(bench.shares()).toEqual(close([1 / 4, 3 / 4]));
  });

  it('gives those without a report the mean, and needs two reports to weigh at all', () => {
    const bench = new Bench(3);
    bench.warm({ rps: 900, cpuUtilization: 1 });
    expect(bench.shares()).toEqual(close([1 / 3, 1 / 3, 1 / 3]));
    bench.warm({ rps: 300, cpuUtilization: 1 }, { rps: 100, cpuUtilization: 1 });
    expect(bench.shares()).toEqual(close([300 / 600, 100 / 600, 200 / 600]));
  });

  it('brings weights up to date once a period, and multiplies them with static weights', () => {
    const bench = new Bench(2);
    bench.list[0]!.weight = 2;
    bench.strategy.update(bench.list);
    bench.warm({ rps: 100, cpuUtilization: 1 }, { rps: 100, cpuUtilization: 1 });
    expect(bench.shares()).toEqual(close([2 / 3, 1 / 3]));
    bench.report({ rps: 100, cpuUtilization: 1 }, { rps: 200, cpuUtilization: 1 });
    bench.clock.advance(999);
    expect(bench.shares()).toEqual(close([2 / 3, 1 / 3]));
    bench.clock.advance(1);
    expect(bench.shares()).toEqual(close([1 / 2, 1 / 2]));
  });

  it.each([
    { rps: 0, cpuUtilization: 1 },
    { rps: 10, cpuUtilization: 0 },
    { rps: Number.NaN, cpuUtilization: 1 },
    { rps: Number.POSITIVE_INFINITY, cpuUtilization: 1 },
    { rps: 10, cpuUtilization: Number.NaN },
    {},
  ])('takes no weight from the unusable report %j', (report) => {
    const bench = new Bench(2);
    bench.warm(report, { rps: 1, cpuUtilization: 1 });
    expect(bench.shares()).toEqual(close([1 / 2, 1 / 2]));
  });

  it('keeps learned weights through updates', () => {
    const bench = new Bench(2);
    bench.warm({ rps: 100, cpuUtilization: 1 }, { rps: 300, cpuUtilization: 1 });
    bench.list.reverse();
    bench.strategy.update(bench.list);
    expect(bench.shares()).toEqual(close([3 / 4, 1 / 4]));
  });

  it('names an option that is out of its range', () => {
    expect(() => reportedLoad({ updatePeriodMs: 50 })).toThrow(/updatePeriodMs/);
    expect(() => reportedLoad({ blackoutMs: -1 })).toThrow(/blackoutMs/);
  });
});
