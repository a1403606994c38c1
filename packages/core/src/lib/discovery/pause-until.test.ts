import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { pauseUntil } from './pause-until.ts';

it('ends at the moment, and at once when that has passed', async () => {
  const clock = manualClock();
  const { signal } = new AbortController();
  let over = false;
  const pausing = pauseUntil(clock, clock.now() + 100, signal).then(() => {
    over = true;
  });
  await clock.advanceAsync(99);
  expect(over).toBe(false);
  await clock.advanceAsync(1);
  await pausing;
  await pauseUntil(clock, clock.now(), signal);
  expect([clock.pendingTimers, getEventListeners(signal, 'abort').length]).toEqual([0, 0]);
});

it('ends without an error when it is aborted, also before it began', async () => {
  const clock = manualClock();
  const controller = new AbortController();
  const pausing = pauseUntil(clock, clock.now() + 100, controller.signal);
  controller.abort(new Error('stop'));
  await pausing;
  await pauseUntil(clock, clock.now() + 100, controller.signal);
  expect(clock.pendingTimers).toBe(0);
});
