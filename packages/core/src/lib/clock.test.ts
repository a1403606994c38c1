import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from './clock.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LONGEST_MS = 2 ** 31 - 1;

it('calls back once, after the time', () => {
  const ring = vi.fn();
  systemClock.setTimer(ring, 20);
  vi.advanceTimersByTime(19);
  expect(ring).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(ring).toHaveBeenCalledTimes(1);
});

it('keeps to times beyond the longest of a timer, which would fire at once', () => {
  const ring = vi.fn();
  systemClock.setTimer(ring, LONGEST_MS + 500);
  vi.advanceTimersByTime(LONGEST_MS + 499);
  expect(ring).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(ring).toHaveBeenCalledTimes(1);
});

it('calls back at once after a time that is over already, without a warning of the runtime', async () => {
  vi.useRealTimers();
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const rung = Promise.withResolvers<void>();
  systemClock.setTimer(rung.resolve, -0.1);
  const awake = setInterval(() => {}, 1_000);
  await rung.promise;
  clearInterval(awake);
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});

it('never calls back after Infinity', () => {
  using _timer = systemClock.setTimer(() => expect.unreachable(), Number.POSITIVE_INFINITY);
  vi.advanceTimersByTime(3 * LONGEST_MS);
});

it('is silent once disposed of, also in the middle of a long time', () => {
  const timer = systemClock.setTimer(() => expect.unreachable(), 2 * LONGEST_MS);
  vi.advanceTimersByTime(LONGEST_MS + 1);
  timer[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
});
