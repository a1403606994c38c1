import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manualClock } from './manual-clock.ts';

describe('manualClock', () => {
  it('fires timers at their moment, in the order they are due and were set', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 80 }), (delays) => {
        const clock = manualClock(7);
        const fired: (readonly [at: number, index: number])[] = [];
        for (const [index, ms] of delays.entries())
          clock.setTimer(() => fired.push([clock.now(), index]), ms);
        clock.advance(50);
        const expected = delays.map((ms, index) => [7 + ms, index] as const).sort(([a], [b]) => a - b);
        expect(fired).toEqual(expected);
        expect([clock.pendingTimers, clock.now()]).toEqual([0, 57]);
      }),
    );
  });

  it('never fires a disposed timer, and counts those that wait', () => {
    const clock = manualClock();
    const fired: number[] = [];
    const timers = [30, 10, 20, 40].map((ms) => clock.setTimer(() => fired.push(ms), ms));
    timers[1]?.[Symbol.dispose]();
    timers[1]?.[Symbol.dispose]();
    expect(clock.pendingTimers).toBe(3);
    clock.advance(30);
    timers[2]?.[Symbol.dispose]();
    expect([fired, clock.pendingTimers]).toEqual([[20, 30], 1]);
  });

  it('fires what a timer sets, if it is due within the same step', async () => {
    const clock = manualClock();
    const fired: number[] = [];
    const every = (ms: number): void => {
      clock.setTimer(() => {
        fired.push(clock.now());
        every(ms);
      }, ms);
    };
    every(10);
    await clock.advanceAsync(35);
    expect(fired).toEqual([10, 20, 30]);
  });
});
