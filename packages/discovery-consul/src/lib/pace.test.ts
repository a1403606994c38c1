import { type ManualClock, manualClock } from '@evenkeel/core/testing';
import { expect, it } from 'vitest';
import { createPace } from './pace.ts';

/** When readings happen if each is asked for at once. */
function readings(clock: ManualClock, forMs: number, isNews: (number: number) => boolean): readonly number[] {
  const pace = createPace(clock);
  const times: number[] = [];
  for (;;) {
    clock.advance(pace.next());
    if (clock.now() > forMs) return times;
    times.push(clock.now());
    pace.wasNews(isNews(times.length));
  }
}

const within = (times: readonly number[], from: number): number =>
  times.filter((at) => at >= from && at < from + 1_000).length;

it('reads three times at once, then less than ten times in any second', () => {
  const times = readings(manualClock(), 4_000, () => true);
  expect(times.slice(0, 5)).toEqual([0, 0, 0, 150, 300]);
  for (const at of times) expect(within(times, at)).toBeLessThan(10);
});

it('reads once a second while readings bring nothing, and in a storm without end', () => {
  expect(
    within(
      readings(manualClock(), 6_000, () => false),
      3_000,
    ),
  ).toBe(1);
  const storm = readings(manualClock(), 20_000, () => true);
  expect(within(storm, 4_000)).toBeGreaterThan(5);
  expect(within(storm, 10_000)).toBe(1);
});

it('is as quick as ever after a quiet moment', () => {
  const clock = manualClock();
  const pace = createPace(clock);
  for (let round = 0; round < 20; round++) {
    clock.advance(pace.next());
    pace.wasNews(false);
  }
  clock.advance(2_000);
  expect([pace.next(), pace.next(), pace.next()]).toEqual([0, 0, 0]);
});
