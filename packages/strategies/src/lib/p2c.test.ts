import { type Candidate, type LoadMetric, seededRandom } from '@evenkeel/core';
import { type FakeCandidate, fakeCandidate, fakeObservation, testStrategy } from '@evenkeel/testing';
import { describe, expect, it, test } from 'vitest';
import { inFlightMetric } from './in-flight-metric.ts';
import { leastRequest } from './least-request.ts';
import { leastTime } from './least-time.ts';
import { p2c } from './p2c.ts';
import { peakEwma } from './peak-ewma.ts';
import { peakEwmaMetric } from './peak-ewma-metric.ts';

const candidates = (weights: readonly number[]): FakeCandidate[] =>
  weights.map((weight, i) => fakeCandidate({ host: 'h', port: i + 1 }, { weight }));
const equal = (count: number): FakeCandidate[] => candidates(Array.from({ length: count }, () => 1));

/** A metric of a user's own, in the plainest form. */
const byPort = (load: (port: number) => number): LoadMetric => ({
  name: 'by-port',
  load: (candidate) => load(candidate.endpoint.port),
});

describe('p2c', () => testStrategy({ test, make: p2c, toleranceRatio: 0.01 }));
describe('p2c over in-flight', () =>
  testStrategy({ test, make: (env) => p2c({ ...env, metric: inFlightMetric() }), toleranceRatio: 0.01 }));
describe('p2c of three without a full scan', () =>
  testStrategy({ test, make: (env) => p2c({ ...env, choices: 3, fullScanUpTo: 0 }), toleranceRatio: 0.01 }));
describe('peakEwma', () => testStrategy({ test, make: peakEwma, toleranceRatio: 0.01 }));
describe('leastTime', () => testStrategy({ test, make: leastTime, toleranceRatio: 0.01 }));
describe('leastRequest', () => testStrategy({ test, make: leastRequest, toleranceRatio: 0.01 }));

describe('a metric of one list of candidates', () => {
  it('is not shared between groups: without a clone of it there is none of the strategy', () => {
    const metric: LoadMetric = { ...byPort((port) => port), retain: () => {} };
    expect(p2c({ metric }).clone).toBeUndefined();
    expect(p2c({ metric: { ...metric, clone: () => metric } }).clone?.().name).toBe('p2c');
    expect(p2c({ metric: byPort((port) => port) }).clone?.().name).toBe('p2c');
  });
});

it('tells the load that it compares', () => {
  const list = equal(2);
  const strategy = leastRequest();
  strategy.update(list);
  list[0]!.inFlight = 3;
  expect(list.map((candidate) => strategy.loadOf?.(candidate, 0))).toEqual([4, 1]);
});

describe('weights', () => {
  it.each([2, 3, 4, 6, 10, 100])('give exact shares at equal load among %i', (count) => {
    const list = candidates([...Array.from({ length: count - 1 }, () => 1), 0.5]);
    for (const metric of [byPort(() => 1), inFlightMetric()]) {
      const strategy = p2c({ metric, random: seededRandom(5) });
      strategy.update(list);
      const picks = 100_000;
      let last = 0;
      for (let i = 0; i < picks; i++) if (strategy.pick({}) === list.at(-1)) last++;
      const ideal = 0.5 / (count - 0.5);
      expect(Math.abs(last / picks / ideal - 1)).toBeLessThanOrEqual(0.01);
    }
  });

  it('do not save an endpoint that is truly more loaded', () => {
    const list = candidates([10, 1, 1]);
    const strategy = leastRequest();
    strategy.update(list);
    list[0]!.inFlight = 10;
    for (let i = 0; i < 20; i++) expect(strategy.pick({})).not.toBe(list[0]);
    list[0]!.inFlight = 9;
    const picks = Array.from({ length: 12 }, () => strategy.pick({}));
    expect(picks).toContain(list[0]);
  });
});

describe('choice', () => {
  it('is the least loaded of all when they are few', () => {
    const strategy = p2c({ metric: byPort((port) => 10 - port) });
    const list = equal(8);
    strategy.update(list);
    for (let i = 0; i < 50; i++) expect(strategy.pick({})).toBe(list[7]);
  });

  it('compares distinct candidates: the most loaded never wins, not even without a full scan', () => {
    for (const count of [2, 3, 9]) {
      const strategy = p2c({ metric: byPort((port) => (port === 1 ? 100 : 1)), fullScanUpTo: 0 });
      const list = equal(count);
      strategy.update(list);
      for (let i = 0; i < 2_000; i++) expect(strategy.pick({})).not.toBe(list[0]);
    }
  });

  it('takes distinct candidates even when one has nearly all the weight', () => {
    const list = candidates([1e9, ...Array.from({ length: 19 }, () => 1)]);
    const strategy = p2c({ metric: byPort((port) => (port === 1 ? 100 : 1)) });
    strategy.update(list);
    for (let i = 0; i < 500; i++) expect(strategy.pick({})).not.toBe(list[0]);
  });

  it('draws two of many, not all', () => {
    const strategy = p2c({ metric: byPort((port) => port), random: seededRandom(1) });
    strategy.update(equal(100));
    const ports = Array.from({ length: 10_000 }, () => strategy.pick({})?.endpoint.port ?? 0);
    // The smaller of two distinct numbers of 1–100 is 33.7 on average.
    expect(ports.reduce((sum, port) => sum + port, 0) / ports.length).toBeCloseTo(33.7, -1);
  });

  it('rotates among equals, and starts at random', () => {
    const firsts = new Set<Candidate | undefined>();
    const list = equal(5);
    for (let seed = 0; seed < 30; seed++) {
      const strategy = leastRequest({ random: seededRandom(seed) });
      strategy.update(list);
      const round = Array.from({ length: 5 }, () => strategy.pick({}));
      expect(new Set(round).size).toBe(5);
      firsts.add(round[0]);
    }
    expect(firsts.size).toBe(5);
  });

  it('takes loads within the tolerance as equal', () => {
    const pick = (toleranceRatio: number): Set<Candidate | undefined> => {
      const strategy = p2c({ metric: byPort((port) => (port === 1 ? 1 : 1.05)), toleranceRatio });
      strategy.update(equal(2));
      return new Set(Array.from({ length: 10 }, () => strategy.pick({})));
    };
    expect(pick(0).size).toBe(1);
    expect(pick(0.1).size).toBe(2);
  });

  it('balances a million balls in a thousand bins to a gap of 3', () => {
    // Random placement has a gap of about 103, two choices with random ties 2.05 (Azar et al. 1994, and simulation).
    const list = equal(1_000);
    const strategy = p2c({ metric: inFlightMetric(), toleranceRatio: 0, random: seededRandom(9) });
    strategy.update(list);
    for (let i = 0; i < 1_000_000; i++) (strategy.pick({}) as FakeCandidate).inFlight++;
    expect(Math.max(...list.map(({ inFlight }) => inFlight)) - 1_000).toBeLessThanOrEqual(3);
  });

  it.each([20, 64])('finds the one that works among %i when all drawn are known to fail', (count) => {
    for (const metric of [inFlightMetric(), peakEwmaMetric()]) {
      const strategy = p2c({ metric, random: seededRandom(3) });
      const list = equal(count);
      strategy.update(list);
      for (let at = 0; at < 10; at++) {
        for (const [index, candidate] of list.entries()) {
          const kind = index === 5 ? 'success' : 'failure';
          strategy.observe?.(candidate, fakeObservation({ kind, at, latencyMs: 1 }));
        }
      }
      for (let i = 0; i < 200; i++) expect(strategy.pick({}, 20)).toBe(list[5]);
      const exclude = new Set([list[5]!.endpoint.id]);
      for (let i = 0; i < 200; i++)
        expect(exclude).not.toContain(strategy.pick({ exclude }, 20)?.endpoint.id);
      // The pause is over: those that failed are tried again.
      expect(new Set(Array.from({ length: 200 }, () => strategy.pick({}, 60_000))).size).toBeGreaterThan(5);
    }
  });

  it('looks no further for one that fails now and then', () => {
    const strategy = p2c({ metric: inFlightMetric(), random: seededRandom(3) });
    const list = equal(20);
    strategy.update(list);
    for (let at = 0; at < 40; at++) {
      const kind = at % 8 === 7 ? 'failure' : 'success';
      for (const candidate of list)
        strategy.observe?.(candidate, fakeObservation({ kind, at, latencyMs: 1 }));
    }
    expect(new Set(Array.from({ length: 200 }, () => strategy.pick({}, 40))).size).toBe(20);
  });

  it('survives a metric that returns nonsense', () => {
    for (const load of [Number.NaN, Number.POSITIVE_INFINITY, 0]) {
      const strategy = p2c({ metric: byPort(() => load) });
      for (const count of [3, 30]) {
        const list = equal(count);
        strategy.update(list);
        for (let i = 0; i < 50; i++) expect(list).toContain(strategy.pick({}));
      }
    }
  });

  it('reads the clock only when it is not told the time', () => {
    let reads = 0;
    const clock = { now: () => ++reads, setTimer: () => ({ [Symbol.dispose]: () => {} }) };
    const strategy = p2c({ clock });
    strategy.update(equal(3));
    strategy.pick({}, 5);
    expect(reads).toBe(0);
    strategy.pick({});
    expect(reads).toBe(1);
  });
});

describe('options', () => {
  it.each([
    [{ choices: 1 }, /choices/],
    [{ choices: 2.5 }, /choices/],
    [{ fullScanUpTo: -1 }, /fullScanUpTo/],
    [{ toleranceRatio: 2 }, /toleranceRatio/],
  ])('rejects %j by name', (options, message) => {
    expect(() => p2c(options)).toThrow(message);
  });

  it('rejects those of the metric too', () => {
    expect(() => peakEwma({ decayMs: 0 })).toThrow(/decayMs/);
  });
});

it('clones with a metric of its own', () => {
  const list = equal(2);
  const strategy = peakEwma();
  strategy.update(list);
  for (let i = 0; i < 20; i++) strategy.observe?.(list[0]!, fakeObservation({ latencyMs: 500, at: i }));
  for (let i = 0; i < 20; i++) strategy.observe?.(list[1]!, fakeObservation({ latencyMs: 5, at: i }));
  const twin = strategy.clone?.();
  twin?.update(list);
  const picks = (of: typeof strategy): number =>
    new Set(Array.from({ length: 10 }, () => of.pick({}, 20))).size;
  expect(picks(strategy)).toBe(1);
  expect(picks(twin!)).toBe(2);
});
