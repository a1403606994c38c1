import { expect, it } from 'vitest';
import { summarise } from './measure-recovery.ts';

it('tells failures while down from those after the first success', () => {
  const log = [
    { startedAt: 0, endedAt: 1, how: 'failure' },
    { startedAt: 90, endedAt: 99, how: 'failure' },
    { startedAt: 105, endedAt: 110, how: 'failure' },
    { startedAt: 110, endedAt: 120, how: 'success' },
    { startedAt: 119, endedAt: 121, how: 'failure' },
    { startedAt: 125, endedAt: 130, how: 'failure' },
    { startedAt: 130, endedAt: 140, how: 'success' },
    { startedAt: 130, endedAt: 2_130, how: 'hung' },
  ] as const;
  expect(summarise('client', log, 100)).toEqual({
    client: 'client',
    failuresWhileDown: 2,
    firstSuccessMs: 20,
    successesAfter: 2,
    failuresAfter: 1,
    hung: 1,
  });
});

it('has no first success when there was none', () => {
  const log = [{ startedAt: 0, endedAt: 2_000, how: 'hung' }] as const;
  expect(summarise('client', log, 100)).toMatchObject({
    firstSuccessMs: Number.NaN,
    failuresAfter: 0,
    hung: 1,
  });
});
