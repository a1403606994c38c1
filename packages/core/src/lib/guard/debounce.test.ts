import { expect, test } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { debouncer } from './debounce.ts';

function setUp(quietMs = 50, maxMs = 250) {
  const clock = manualClock();
  const runs: number[] = [];
  const control = { effective: true, during: () => {} };
  const changes = debouncer({
    clock,
    quietMs,
    maxMs,
    run() {
      runs.push(clock.now());
      control.during();
      return control.effective;
    },
  });
  return { clock, runs, control, changes };
}

test('the first request runs at once, those that follow run together after the quiet time', () => {
  const { clock, runs, changes } = setUp();
  changes.request();
  for (const ms of [10, 20, 5]) {
    clock.advance(ms);
    changes.request();
  }
  clock.advance(1_000);
  expect(runs).toEqual([0, 85]);
  changes.request();
  expect(runs).toEqual([0, 85, 1_035]);
});

test('requests that never end run every 250 ms', () => {
  const { clock, runs, changes } = setUp();
  for (let at = 0; at < 1_000; at += 10) {
    changes.request();
    clock.advance(10);
  }
  expect(runs).toEqual([0, 260, 510, 760]);
});

test('a run without an effect delays nothing after it', () => {
  const { clock, runs, control, changes } = setUp();
  control.effective = false;
  changes.request();
  changes.request();
  expect(runs).toEqual([0, 0]);
  expect(clock.pendingTimers).toBe(0);
});

test('a request from within a run runs later, not inside it', () => {
  const { clock, runs, control, changes } = setUp();
  control.during = () => {
    control.during = () => {};
    changes.request();
  };
  changes.request();
  expect(runs).toEqual([0]);
  clock.advance(50);
  expect(runs).toEqual([0, 50]);
});

test('a quiet time of 0 collects nothing', () => {
  const { clock, runs, changes } = setUp(0);
  for (let i = 0; i < 3; i++) changes.request();
  expect(runs).toHaveLength(3);
  expect(clock.pendingTimers).toBe(0);
});

test('after disposal, even from within a run, nothing runs and no timer waits', () => {
  const { clock, runs, control, changes } = setUp();
  control.during = () => changes[Symbol.dispose]();
  changes.request();
  changes.request();
  expect(clock.pendingTimers).toBe(0);
  clock.advance(1_000);
  expect(runs).toEqual([0]);
});
