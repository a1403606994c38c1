import { expect, it } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { readPace } from './read-pace.ts';

it('lets five readings follow each other, 20 ms apart, and then one each 100 ms', () => {
  const clock = manualClock();
  const next = readPace(clock);
  const gaps: number[] = [];
  for (let reading = 0; reading < 8; reading++) {
    const gapMs = next() - clock.now();
    gaps.push(Math.round(gapMs));
    clock.advance(gapMs);
  }
  expect(gaps.slice(0, 4)).toEqual([20, 20, 20, 20]);
  expect(gaps.slice(-2)).toEqual([100, 100]);
});

it('is as patient as at the start after half a second without a reading', () => {
  const clock = manualClock();
  const next = readPace(clock);
  for (let reading = 0; reading < 10; reading++) next();
  clock.advance(1_500);
  expect(next() - clock.now()).toBe(20);
});
