import { describe, expect, it } from 'vitest';
import { toEndpoint } from '../endpoint.ts';
import { InvalidOptionsError } from '../errors.ts';
import type { OutlierDetector } from '../health.ts';
import type { Observation } from '../strategy.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { consecutiveFailures } from './consecutive-failures.ts';
import { ejector } from './ejector.ts';
import { failureRatio } from './failure-ratio.ts';
import type { OutlierDetectionOptions } from './outlier-detection-options.ts';

/** An ejector over fake candidates whose events are kept as lines `time event name …`. */
function arrange(count: number, options: OutlierDetectionOptions = {}, random = () => 0) {
  const clock = manualClock();
  const candidates = Array.from({ length: count }, (_, index) => ({
    endpoint: toEndpoint({ id: String.fromCharCode(97 + index), host: '10.0.0.1', port: index + 1 }),
    weight: 1,
    inFlight: 0,
    pending: 0,
    oldestPendingAt: Number.POSITIVE_INFINITY,
    successes: 0,
    failures: 0,
  }));
  type Fake = (typeof candidates)[number];
  const unhealthy = new Set<Fake>();
  const events: string[] = [];
  const note = (...words: unknown[]) => events.push([clock.now(), ...words].join(' '));
  const subject = ejector({
    options,
    clock,
    random,
    candidates: () => candidates,
    isUsable: (candidate) => !unhealthy.has(candidate as Fake),
    onEjected: ({ endpoint }, { detector, durationMs, times }) =>
      note('ejected', endpoint.id, detector, durationMs, times),
    onReturned: ({ endpoint }, reason) => note('returned', endpoint.id, reason),
    onSkipped: ({ endpoint }, detector, reason) => note('skipped', endpoint.id, detector, reason),
    onError: (source, error) => note('error', source, error),
  });
  const serve = (candidate: Fake, kind: Observation['kind'], times = 1) => {
    for (let i = 0; i < times; i++) {
      if (kind === 'success') candidate.successes++;
      if (kind === 'failure') candidate.failures++;
      subject.observe(candidate, { kind, latencyMs: 1, at: clock.now() });
    }
  };
  const ejected = () => candidates.filter((candidate) => subject.isEjected(candidate)).length;
  return { clock, candidates, unhealthy, events, subject, serve, ejected };
}

const NO_JITTER: OutlierDetectionOptions = { jitterRatio: 0 };

describe('ejection by detectors', () => {
  it('ejects after 5 failures in a row, for 30 s and not a millisecond less', () => {
    const { clock, candidates, events, subject, serve } = arrange(5, NO_JITTER);
    const [a] = candidates;
    serve(a!, 'failure', 4);
    expect(events).toEqual([]);
    serve(a!, 'failure');
    expect(events).toEqual(['0 ejected a consecutive-failures 30000 1']);
    expect(subject.isEjected(a!)).toBe(true);
    expect(subject.ejectedUntil(a!)).toBe(30_000);
    expect(subject.ejectedCount).toBe(1);
    clock.advance(29_999);
    expect(subject.isEjected(a!)).toBe(true);
    clock.advance(1);
    expect(subject.isEjected(a!)).toBe(false);
    expect(subject.ejectedUntil(a!)).toBe(0);
    expect(events.at(-1)).toBe('30000 returned a expired');
  });

  it("follows Envoy's success rate example: 5 endpoints, one at 50 %, ejected at the sweep, back 30 s later", () => {
    const { clock, candidates, events, serve } = arrange(5, NO_JITTER);
    for (const candidate of candidates.slice(0, 4)) serve(candidate, 'success', 200);
    for (let i = 0; i < 50; i++) {
      serve(candidates[4]!, 'success', 2);
      serve(candidates[4]!, 'failure', 2);
    }
    clock.advance(9_999);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual(['10000 ejected e success-rate 30000 1']);
    clock.advance(29_999);
    expect(events).toHaveLength(1);
    clock.advance(1);
    expect(events.at(-1)).toBe('40000 returned e expired');
  });

  it('leaves one in that had fewer requests than the success rate needs', () => {
    const { clock, candidates, events, serve } = arrange(5, NO_JITTER);
    for (const candidate of candidates.slice(0, 4)) serve(candidate, 'success', 25);
    for (let i = 0; i < 25; i++) serve(candidates[4]!, i % 2 === 0 ? 'failure' : 'success');
    clock.advance(10_000);
    expect(events).toEqual([]);
  });

  it('follows the gRPC A50 example: threshold 1 %, one failed request of one, ejected at 10 s, back by 20 s', () => {
    const { clock, candidates, events, serve } = arrange(3, {
      detectors: [failureRatio({ thresholdRatio: 0.01, minEndpoints: 1, minRequests: 1 })],
      baseEjectionMs: 1_000,
      maxEjectionMs: 1_000,
      jitterRatio: 0,
    });
    serve(candidates[1]!, 'failure');
    clock.advance(20_000);
    expect(events).toEqual(['10000 ejected b failure-ratio 1000 1', '11000 returned b expired']);
  });

  it('judges an endpoint afresh when it returns', () => {
    const { clock, candidates, events, serve } = arrange(5, NO_JITTER);
    const [a] = candidates;
    serve(a!, 'failure', 9);
    clock.advance(30_000);
    serve(a!, 'failure', 4);
    expect(events).toHaveLength(2);
    serve(a!, 'failure');
    expect(events.at(-1)).toBe('30000 ejected a consecutive-failures 60000 2');
  });

  it('holds nothing against an endpoint that it did before or during its ejection', () => {
    const { clock, candidates, events, subject, serve } = arrange(5, NO_JITTER);
    const [a] = candidates;
    serve(a!, 'failure', 4);
    subject.eject(a!, 1_000);
    serve(a!, 'failure', 500);
    clock.advance(1_000);
    serve(a!, 'failure');
    for (const candidate of candidates) serve(candidate, 'success', 200);
    clock.advance(20_000);
    expect(events).toEqual(['0 ejected a manual 1000 0', '1000 returned a expired']);
  });

  it('does not return one early when a timer fires early, as those of Node may', () => {
    const { clock, candidates, events, subject } = arrange(5);
    const { setTimer } = clock;
    clock.setTimer = (callback, ms) => setTimer(callback, Math.max(0.5, ms - 1));
    subject.eject(candidates[0]!, 1_000);
    clock.advance(999);
    expect(events).toHaveLength(1);
    clock.advance(1.5);
    expect(events).toHaveLength(2);
    expect(Number.parseFloat(events[1]!)).toBeGreaterThanOrEqual(1_000);
  });

  it('adds jitter on top, also of the longest ejection', () => {
    const { candidates, events, serve } = arrange(5, { jitterRatio: 0.1, maxEjectionMs: 30_000 }, () => 0.5);
    serve(candidates[0]!, 'failure', 5);
    expect(events).toEqual(['0 ejected a consecutive-failures 31500 1']);
  });
});

describe('the length of ejections', () => {
  it('grows by the base each time up to the maximum', () => {
    const { clock, candidates, events, serve } = arrange(5, { jitterRatio: 0, maxEjectionMs: 100_000 });
    for (let round = 0; round < 6; round++) {
      serve(candidates[0]!, 'failure', 5);
      clock.advance(100_000 * (round < 5 ? 0 : 1));
      while (events.at(-1)?.includes('ejected')) clock.advance(1_000);
    }
    const lengths = events
      .filter((line) => line.includes('ejected'))
      .map((line) => line.split(' ').slice(-2));
    expect(lengths).toEqual([
      ['30000', '1'],
      ['60000', '2'],
      ['90000', '3'],
      ['100000', '4'],
      ['100000', '4'],
      ['100000', '4'],
    ]);
  });

  it('shrinks by one step for each whole interval that the endpoint stays in', () => {
    const { clock, candidates, events, serve } = arrange(5, NO_JITTER);
    const [a] = candidates;
    for (let round = 1; round <= 3; round++) {
      serve(a!, 'failure', 5);
      clock.advance(30_000 * round);
    }
    expect(events.at(-1)).toBe('180000 returned a expired');
    clock.advance(20_000);
    serve(a!, 'failure', 5);
    // Three ejections, two quiet intervals: this one counts as the second.
    expect(events.at(-1)).toBe('200000 ejected a consecutive-failures 60000 2');
  });

  it('does not shrink for a part of an interval', () => {
    const { clock, candidates, events, serve } = arrange(5, { ...NO_JITTER, baseEjectionMs: 15_000 });
    const [a, b] = candidates;
    serve(a!, 'failure', 5);
    // Traffic keeps the sweeps at 10, 20, 30 s; a returns at 15 s.
    for (let second = 0; second < 24; second++) {
      clock.advance(1_000);
      serve(b!, 'success');
    }
    serve(a!, 'failure', 5);
    expect(events.at(-1)).toBe('24000 ejected a consecutive-failures 30000 2');
  });

  it('is the base again after as many quiet intervals as ejections, and then no timer is left', () => {
    const { clock, candidates, events, serve } = arrange(5, NO_JITTER);
    serve(candidates[0]!, 'failure', 5);
    clock.advance(30_000 + 10_000);
    expect(clock.pendingTimers).toBe(0);
    serve(candidates[0]!, 'failure', 5);
    expect(events.at(-1)).toBe('40000 ejected a consecutive-failures 30000 1');
  });
});

describe('the cap', () => {
  // With the default share of 10 %, at least one, and at least one left.
  it.each([
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 1],
    [5, 1],
    [6, 1],
    [7, 1],
    [8, 1],
    [9, 1],
    [10, 1],
    [11, 1],
    [19, 1],
    [20, 2],
    [29, 2],
    [30, 3],
    [50, 5],
    [100, 10],
  ])('of %i endpoints that all fail, %i are ejected', (count, expected) => {
    const { candidates, ejected, serve } = arrange(count);
    for (const candidate of candidates) serve(candidate, 'failure', 5);
    expect(ejected()).toBe(expected);
  });

  it.each([
    [9, 0],
    [10, 1],
    [19, 1],
    [20, 2],
  ])('without alwaysEjectOne, of %i endpoints %i are ejected', (count, expected) => {
    const { candidates, ejected, serve } = arrange(count, { alwaysEjectOne: false });
    for (const candidate of candidates) serve(candidate, 'failure', 5);
    expect(ejected()).toBe(expected);
  });

  it('takes a share as it is written, not as floating point multiplies it', () => {
    const { candidates, ejected, serve } = arrange(100, { maxEjectedRatio: 0.29 });
    for (const candidate of candidates) serve(candidate, 'failure', 5);
    expect(ejected()).toBe(29);
  });

  it('never leaves fewer usable endpoints than asked for, counting those that checks keep out', () => {
    const { candidates, unhealthy, events, ejected, serve } = arrange(6, {
      maxEjectedRatio: 1,
      minUsable: 2,
    });
    unhealthy.add(candidates[0]!).add(candidates[1]!);
    for (const candidate of candidates.slice(2)) serve(candidate, 'failure', 5);
    expect(ejected()).toBe(2);
    expect(events.at(-2)).toBe(
      '0 skipped e consecutive-failures 1 usable endpoints would be left, and 2 must be',
    );
  });

  it('does not eject what health checks keep out already', () => {
    const { candidates, unhealthy, events, serve } = arrange(5);
    unhealthy.add(candidates[0]!);
    serve(candidates[0]!, 'failure', 5);
    expect(events).toEqual(['0 skipped a consecutive-failures its health checks keep it out already']);
  });

  it('gives the place of an ejected endpoint that checks find unhealthy to the next', () => {
    const { candidates, unhealthy, ejected, serve } = arrange(5);
    serve(candidates[0]!, 'failure', 5);
    serve(candidates[1]!, 'failure', 5);
    expect(ejected()).toBe(1);
    unhealthy.add(candidates[0]!);
    serve(candidates[1]!, 'failure', 5);
    expect(ejected()).toBe(2);
  });

  it('tells of a refusal once per endpoint and interval', () => {
    const { clock, candidates, events, serve } = arrange(5);
    serve(candidates[0]!, 'failure', 5);
    serve(candidates[1]!, 'failure', 500);
    serve(candidates[2]!, 'failure', 5);
    const reason = '1 of 5 endpoints are ejected, and no more than 1 may be';
    expect(events.slice(1)).toEqual([
      `0 skipped b consecutive-failures ${reason}`,
      `0 skipped c consecutive-failures ${reason}`,
    ]);
    clock.advance(9_999);
    serve(candidates[1]!, 'failure', 5);
    expect(events).toHaveLength(3);
    clock.advance(1);
    serve(candidates[1]!, 'failure', 5);
    expect(events.at(-1)).toBe(`10000 skipped b consecutive-failures ${reason}`);
  });

  it('ignores an endpoint that is no candidate any more', () => {
    const { candidates, events, serve } = arrange(5);
    const [gone] = candidates.splice(0, 1);
    serve(gone!, 'failure', 5);
    expect(events).toEqual([]);
  });
});

describe('by hand', () => {
  it('ejects regardless of the cap, and says when it ends', () => {
    const { clock, candidates, events, subject } = arrange(1);
    subject.eject(candidates[0]!, 5_000);
    clock.advance(5_000);
    expect(events).toEqual(['0 ejected a manual 5000 0', '5000 returned a expired']);
  });

  it('replaces a running ejection', () => {
    const { clock, candidates, events, subject, serve } = arrange(3, NO_JITTER);
    serve(candidates[0]!, 'failure', 5);
    subject.eject(candidates[0]!, 100_000);
    clock.advance(99_999);
    expect(subject.isEjected(candidates[0]!)).toBe(true);
    clock.advance(1);
    expect(events.at(-1)).toBe('100000 returned a expired');
  });

  it('lasts until undone when the duration is infinite, without a timer', () => {
    const { clock, candidates, events, subject } = arrange(2);
    subject.eject(candidates[0]!, Number.POSITIVE_INFINITY);
    expect(clock.pendingTimers).toBe(0);
    clock.advance(1e9);
    expect(subject.ejectedCount).toBe(1);
    expect(subject.uneject(candidates[0]!, 'manual')).toBe(true);
    expect(events.at(-1)).toBe('1000000000 returned a manual');
  });

  it('may last for weeks', () => {
    const { clock, candidates, subject } = arrange(2);
    subject.eject(candidates[0]!, 3e9);
    clock.advance(2_999_999_999);
    expect(subject.ejectedCount).toBe(1);
    clock.advance(1);
    expect(subject.ejectedCount).toBe(0);
  });

  it('is not ended by a passed health check; one of a detector is', () => {
    const { candidates, events, subject, serve } = arrange(20, NO_JITTER);
    const [a, b, c] = candidates;
    subject.eject(a!, 60_000);
    serve(b!, 'failure', 5);
    expect(subject.uneject(a!, 'healthy')).toBe(false);
    expect(subject.uneject(b!, 'healthy')).toBe(true);
    expect(subject.uneject(c!, 'healthy')).toBe(false);
    expect(events.at(-1)).toBe('0 returned b healthy');
    expect(subject.ejectedCount).toBe(1);
  });

  it.each([-1, Number.NaN])('rejects a duration of %d', (durationMs) => {
    const { candidates, subject } = arrange(2);
    expect(() => subject.eject(candidates[0]!, durationMs)).toThrow(InvalidOptionsError);
  });
});

describe('timers and clean-up', () => {
  it('runs no timer without traffic, and the sweep only while there is some', () => {
    const { clock, candidates, serve } = arrange(5);
    expect(clock.pendingTimers).toBe(0);
    serve(candidates[0]!, 'success');
    expect(clock.pendingTimers).toBe(1);
    clock.advance(20_000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('runs no sweep for detectors that need none', () => {
    const { clock, candidates, serve } = arrange(5, { detectors: [consecutiveFailures()] });
    serve(candidates[0]!, 'success');
    expect(clock.pendingTimers).toBe(0);
  });

  it('has one timer for all returns, at the earliest', () => {
    const { clock, candidates, events, subject } = arrange(5);
    for (const [index, ms] of [30, 10, 20].entries()) subject.eject(candidates[index]!, ms);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(30);
    expect(events.slice(3)).toEqual([
      '10 returned b expired',
      '20 returned c expired',
      '30 returned a expired',
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('forgets a candidate without a word, its former ejections included', () => {
    const { clock, candidates, events, subject, serve } = arrange(5, NO_JITTER);
    serve(candidates[0]!, 'failure', 5);
    subject.forget(candidates[0]!);
    expect(subject.ejectedCount).toBe(0);
    serve(candidates[0]!, 'failure', 5);
    expect(events.at(-1)).toBe('0 ejected a consecutive-failures 30000 1');
    subject.forget(candidates[0]!);
    clock.advance(60_000);
    expect(events).toHaveLength(2);
    expect(clock.pendingTimers).toBe(0);
  });

  it('does nothing any more once closed', () => {
    const { clock, candidates, events, subject, serve } = arrange(5);
    serve(candidates[0]!, 'failure', 5);
    subject.close();
    expect(clock.pendingTimers).toBe(0);
    serve(candidates[1]!, 'failure', 50);
    subject.eject(candidates[1]!, 1);
    clock.advance(100_000);
    expect(events).toHaveLength(1);
  });

  it('survives being closed by its own event', () => {
    const { clock, candidates, events, subject } = arrange(5);
    subject.eject(candidates[0]!, 10);
    subject.eject(candidates[1]!, 10);
    subject.eject(candidates[2]!, 20);
    const { push } = events;
    events.push = (line) => {
      if (line.includes('returned')) subject.close();
      return push.call(events, line);
    };
    clock.advance(100);
    expect(events.slice(3)).toEqual(['10 returned a expired']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('reports a detector that throws, and asks the others', () => {
    const broken: OutlierDetector = {
      name: 'broken',
      observe() {
        throw new Error('observe');
      },
      sweep() {
        throw new Error('sweep');
      },
    };
    const { clock, candidates, events, serve } = arrange(5, {
      detectors: [broken, consecutiveFailures({ count: 1 })],
      jitterRatio: 0,
    });
    serve(candidates[0]!, 'failure');
    clock.advance(10_000);
    expect(events).toEqual([
      '0 error outlier detector "broken" Error: observe',
      '0 ejected a consecutive-failures 30000 1',
      '10000 error outlier detector "broken" Error: sweep',
    ]);
  });

  it.each<[string, OutlierDetectionOptions]>([
    ['maxEjectionMs', { baseEjectionMs: 1_000, maxEjectionMs: 999 }],
    ['maxEjectedRatio', { maxEjectedRatio: 10 }],
    ['minUsable', { minUsable: 0.5 }],
    ['intervalMs', { intervalMs: 0 }],
    ['detectors[0]', { detectors: [{} as OutlierDetector] }],
  ])('rejects a wrong %s by name', (field, options) => {
    expect(() => arrange(1, options)).toThrow(`outlierDetection.${field}`);
  });
});
