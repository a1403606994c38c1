import { expect, it } from 'vitest';
import { closedLoop, successRatio } from './closed-loop.ts';

it('keeps as many requests open as there are users', async () => {
  let open = 0;
  let most = 0;
  const result = await closedLoop({
    requests: 50,
    concurrency: 7,
    async send() {
      open++;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      return true;
    },
  });
  expect(most).toBe(7);
  expect(successRatio(result)).toBe(1);
  expect(result.latenciesMs.every((latency) => latency > 0)).toBe(true);
});

it('counts by the order in which requests were started', async () => {
  let started = 0;
  const result = await closedLoop({
    requests: 10,
    concurrency: 2,
    async send() {
      const number = started++;
      if (number === 0) throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
      await new Promise((resolve) => setImmediate(resolve));
      return number !== 1;
    },
  });
  expect([...result.successes]).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 1, 1]);
  expect(successRatio(result)).toBe(0.8);
  expect(successRatio(result, 2)).toBe(1);
  expect([...result.errors]).toEqual([['ECONNREFUSED', 1]]);
});
