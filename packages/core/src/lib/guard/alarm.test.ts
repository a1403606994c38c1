import { expect, test } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { alarm } from './alarm.ts';

test('it rings once, at its last time', () => {
  const clock = manualClock();
  const rings: number[] = [];
  const bell = alarm(clock, () => rings.push(clock.now()));
  bell.set(50);
  bell.set(20);
  bell.set(30);
  expect(clock.pendingTimers).toBe(1);
  clock.advance(100);
  expect(rings).toEqual([30]);
});

test('Infinity and disposal turn it off', () => {
  const clock = manualClock();
  const bell = alarm(clock, () => expect.unreachable());
  bell.set(50);
  bell.set(Number.POSITIVE_INFINITY);
  expect(clock.pendingTimers).toBe(0);
  bell.set(50);
  bell[Symbol.dispose]();
  expect(clock.pendingTimers).toBe(0);
  bell.set(50);
  expect(clock.pendingTimers).toBe(0);
});

test('one that is set for the present again and again does not stop time', () => {
  const clock = manualClock();
  let rings = 0;
  const bell = alarm(clock, () => {
    if (++rings > 100) throw new Error('time stands still');
    bell.set(clock.now());
  });
  bell.set(1);
  clock.advance(10);
  expect(rings).toBe(10);
});
