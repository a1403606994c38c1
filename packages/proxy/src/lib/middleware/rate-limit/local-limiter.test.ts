import { manualClock } from '@evenkeel/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localLimiter } from './local-limiter.ts';

describe('localLimiter', () => {
  it('decides as a token bucket does, whatever comes when', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 8 }), (gaps, burst) => {
        const clock = manualClock(5);
        const intervalMs = 100;
        const take = localLimiter({ intervalMs, burst }, 10, clock);
        let tokens = burst;
        for (const gap of gaps) {
          clock.advance(gap);
          tokens = Math.min(burst, tokens + gap / intervalMs);
          // Whole tokens that are short by a rounding error are whole.
          const allowed = tokens > 1 - 1e-3;
          if (allowed) tokens -= 1;
          const decision = take('a');
          expect(decision.allowed).toBe(allowed);
          expect(decision.remaining).toBe(Math.floor(tokens + 1e-3));
          expect(decision.resetMs).toBeCloseTo((burst - tokens) * intervalMs, 4);
          expect(decision.retryMs).toBeCloseTo(allowed ? 0 : (1 - tokens) * intervalMs, 4);
        }
      }),
    );
  });

  it('allows the whole burst at intervals that no double can hold', () => {
    for (const rate of [3, 7, 9, 11, 13, 333, 1_001]) {
      const clock = manualClock(1e9 + 0.1);
      const take = localLimiter({ intervalMs: 1_000 / rate, burst: rate }, 10, clock);
      const allowed = Array.from({ length: rate + 1 }, () => take('a').allowed);
      expect(allowed.lastIndexOf(true)).toBe(rate - 1);
      expect(allowed.indexOf(false)).toBe(rate);
    }
  });

  it('keeps no more keys than it may: the one unused for longest goes', () => {
    const clock = manualClock();
    const take = localLimiter({ intervalMs: 1_000, burst: 1 }, 2, clock);
    const allowed = (key: string): boolean => take(key).allowed;
    expect([allowed('a'), allowed('b'), allowed('a'), allowed('c')]).toEqual([true, true, false, true]);
    expect([allowed('a'), allowed('b')]).toEqual([false, true]);
  });

  it('forgets full buckets as others come', () => {
    const clock = manualClock();
    const take = localLimiter({ intervalMs: 10, burst: 1 }, 3, clock);
    for (const key of ['a', 'b', 'c']) take(key);
    clock.advance(10);
    take('d');
    // Without that 'd' would have had to go for the third of these.
    take('e');
    take('f');
    expect(take('d').allowed).toBe(false);
  });
});
