import { expect, it } from 'vitest';
import { HungError, withDeadline } from './deadline.ts';

it('passes on what comes in time', async () => {
  expect(await withDeadline(Promise.resolve(7), 10_000)).toBe(7);
  await expect(withDeadline(Promise.reject(new Error('no')), 10_000)).rejects.toThrow('no');
});

it('gives up on what never ends', async () => {
  await expect(withDeadline(new Promise(() => {}), 1)).rejects.toBeInstanceOf(HungError);
});
