import { describe, expect, it } from 'vitest';
import { toEndpoint } from '../endpoint.ts';
import { InvalidOptionsError } from '../errors.ts';
import type { OutlierDetector } from '../health.ts';
import type { Observation } from '../strategy.ts';
import { consecutiveFailures } from './consecutive-failures.ts';
import { failureRatio } from './failure-ratio.ts';
import { successRate, successRateThreshold } from './success-rate.ts';

function fakes(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    endpoint: toEndpoint(`10.0.0.${index + 1}:80`),
    weight: 1,
    inFlight: 0,
    pending: 0,
    oldestPendingAt: Number.POSITIVE_INFINITY,
    successes: 0,
    failures: 0,
  }));
}
type Fake = ReturnType<typeof fakes>[number];

function serve(detector: OutlierDetector, candidate: Fake, kind: Observation['kind']): boolean {
  if (kind === 'success') candidate.successes++;
  if (kind === 'failure') candidate.failures++;
  return detector.observe(candidate, { kind, latencyMs: 1, at: 0 });
}

function names(found: readonly { endpoint: { host: string } }[] | undefined): string[] {
  return (found ?? []).map(({ endpoint }) => endpoint.host);
}

describe('consecutiveFailures', () => {
  it('asks for an ejection at the fifth failure in a row, and again only after five more', () => {
    const detector = consecutiveFailures();
    const [a] = fakes(1) as [Fake];
    const asked = Array.from({ length: 11 }, () => serve(detector, a, 'failure'));
    expect(asked.map(Number).join('')).toBe('00001000010');
  });

  it('starts again after a success in between', () => {
    const detector = consecutiveFailures({ count: 3 });
    const [a] = fakes(1) as [Fake];
    const kinds = ['failure', 'failure', 'success', 'failure', 'failure', 'failure'] as const;
    expect(kinds.map((kind) => serve(detector, a, kind))).toEqual([false, false, false, false, false, true]);
  });

  it('is not interrupted by cancelled picks', () => {
    const detector = consecutiveFailures({ count: 2 });
    const [a] = fakes(1) as [Fake];
    const kinds = ['failure', 'cancelled', 'failure'] as const;
    expect(kinds.map((kind) => serve(detector, a, kind))).toEqual([false, false, true]);
  });

  it('counts each candidate on its own, and forgets one when told to', () => {
    const detector = consecutiveFailures({ count: 2 });
    const [a, b] = fakes(2) as [Fake, Fake];
    expect(serve(detector, a, 'failure')).toBe(false);
    expect(serve(detector, b, 'failure')).toBe(false);
    detector.forget?.(a);
    expect(serve(detector, a, 'failure')).toBe(false);
    expect(serve(detector, b, 'failure')).toBe(true);
  });

  it('rejects a count of 0', () => {
    expect(() => consecutiveFailures({ count: 0 })).toThrow(InvalidOptionsError);
  });
});

describe('successRate', () => {
  it("has Envoy's threshold: 50 and four times 100 have mean 90, standard deviation 20, threshold 52", () => {
    const rates = [50, 100, 100, 100, 100].map((successRatio) => ({ successRatio }));
    expect(successRateThreshold(rates, 1.9)).toBeCloseTo(52, 10);
    expect(successRateThreshold(rates, 0)).toBeCloseTo(90, 10);
  });

  it('finds the one at 50 % among four at 100 %', () => {
    const detector = successRate();
    const all = fakes(5);
    for (const fake of all) fake.successes = 200;
    Object.assign(all[4]!, { successes: 100, failures: 100 });
    expect(names(detector.sweep?.(all))).toEqual(['10.0.0.5']);
  });

  it('is strict: an endpoint at the threshold itself stays', () => {
    // Rates 1 and 0 have mean 0.5 and deviation 0.5: with factor 1 the threshold is 0, and 0 is not below it.
    const detector = successRate({ minEndpoints: 2, minRequests: 1, stdevFactor: 1 });
    const all = fakes(2);
    all[0]!.successes = 100;
    all[1]!.failures = 100;
    expect(detector.sweep?.(all)).toEqual([]);
    all[0]!.successes = 200;
    all[1]!.failures = 200;
    expect(names(successRate({ minEndpoints: 2, stdevFactor: 0.99 }).sweep?.(all))).toEqual(['10.0.0.2']);
  });

  it('never finds an outlier among equals, whatever rounding does to their mean', () => {
    for (let count = 1; count <= 30; count++) {
      const all = fakes(count);
      for (const fake of all) Object.assign(fake, { successes: 97, failures: 13 });
      expect(successRate({ minEndpoints: 1, stdevFactor: 0, minGapRatio: 0 }).sweep?.(all)).toEqual([]);
    }
  });

  it('takes one failure among hundreds for an outlier only when told to, as Envoy does', () => {
    const all = fakes(5);
    for (const fake of all) fake.successes = 200;
    all[0]!.failures = 1;
    expect(successRate().sweep?.(all)).toEqual([]);
    expect(names(successRate({ minGapRatio: 0 }).sweep?.(all))).toEqual(['10.0.0.1']);
  });

  it.each([
    ['too few requests', 5, 99],
    ['too few endpoints', 4, 100],
  ])('judges nobody with %s', (_, count, requests) => {
    const all = fakes(count);
    for (const fake of all) fake.successes = requests;
    Object.assign(all[0]!, { successes: 0, failures: requests });
    expect(successRate().sweep?.(all)).toEqual([]);
    all[0]!.failures += 100;
    for (const fake of fakes(1)) all.push(Object.assign(fake, { successes: 200 }));
    for (const fake of all.slice(1)) fake.successes += 100;
    expect(successRate().sweep?.(all)).toEqual([all[0]]);
  });

  it('judges each interval alone', () => {
    const detector = successRate();
    const all = fakes(5);
    for (const fake of all) fake.successes = 200;
    Object.assign(all[4]!, { successes: 100, failures: 100 });
    expect(detector.sweep?.(all)).toHaveLength(1);
    for (const fake of all) fake.successes += 200;
    expect(detector.sweep?.(all)).toEqual([]);
    expect(detector.sweep?.(all)).toEqual([]);
  });

  it('leaves out what a candidate did before it was forgotten', () => {
    const detector = successRate();
    const all = fakes(5);
    for (const fake of all) fake.successes = 200;
    all[4]!.failures = 200;
    detector.forget?.(all[4]!);
    for (const fake of all) fake.successes += 100;
    expect(detector.sweep?.(all)).toEqual([]);
  });

  it('names the worst first', () => {
    const detector = successRate({ stdevFactor: 0.5 });
    const all = fakes(6);
    for (const fake of all) fake.successes = 200;
    Object.assign(all[1]!, { successes: 60, failures: 140 });
    Object.assign(all[3]!, { successes: 20, failures: 180 });
    expect(names(detector.sweep?.(all))).toEqual(['10.0.0.4', '10.0.0.2']);
  });
});

describe('failureRatio', () => {
  it('finds everyone at or above the share, worst first', () => {
    const detector = failureRatio();
    const all = fakes(5);
    const failures = [84, 85, 0, 100, 86];
    for (const [index, fake] of all.entries()) {
      fake.failures = failures[index]!;
      fake.successes = 100 - fake.failures;
    }
    expect(names(detector.sweep?.(all))).toEqual(['10.0.0.4', '10.0.0.5', '10.0.0.2']);
  });

  it.each([
    ['too few requests', 5, 49],
    ['too few endpoints', 4, 50],
  ])('judges nobody with %s', (_, count, requests) => {
    const all = fakes(count);
    for (const fake of all) fake.failures = requests;
    expect(failureRatio().sweep?.(all)).toEqual([]);
  });

  it('never asks on a single request', () => {
    const detector = failureRatio();
    const [a] = fakes(1) as [Fake];
    expect(Array.from({ length: 100 }, () => serve(detector, a, 'failure'))).not.toContain(true);
  });

  it('rejects a share above 1', () => {
    expect(() => failureRatio({ thresholdRatio: 85 })).toThrow(/failureRatio\.thresholdRatio: got 85/);
  });
});
