import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { TimeoutError } from './errors.ts';
import { manualClock } from './testing/manual-clock.ts';
import { within } from './within.ts';

const never = new Promise<never>(() => {});

function bench() {
  const clock = manualClock();
  const controller = new AbortController();
  const limit = {
    clock,
    timeoutMs: 100,
    signal: controller.signal,
    onTimeout: () => new TimeoutError('answer', 100, 'redis'),
  };
  const left = (): readonly number[] => [
    clock.pendingTimers,
    getEventListeners(controller.signal, 'abort').length,
  ];
  return { clock, controller, limit, left };
}

it('passes on what the promise says, and leaves neither timer nor listener', async () => {
  const { limit, left } = bench();
  expect(await within(Promise.resolve(1), limit)).toBe(1);
  await expect(within(Promise.reject(new Error('no')), limit)).rejects.toThrow('no');
  expect(left()).toEqual([0, 0]);
});

it('gives up when the time has passed', async () => {
  const { clock, limit, left } = bench();
  const waiting = expect(within(never, limit)).rejects.toThrow('redis: answer timeout of 100 ms passed');
  clock.advance(100);
  await waiting;
  expect(left()).toEqual([0, 0]);
});

it('gives up when it is aborted, also before it began', async () => {
  const { controller, limit, left } = bench();
  const waiting = expect(within(never, limit)).rejects.toThrow('stop');
  controller.abort(new Error('stop'));
  await waiting;
  await expect(within(never, limit)).rejects.toThrow('stop');
  expect(left()).toEqual([0, 0]);
});
