import { expect, it } from 'vitest';
import { mapParallel } from './map-parallel.ts';

it('keeps order, does every item once and no more at a time than allowed', async () => {
  let running = 0;
  let most = 0;
  const results = await mapParallel(
    [3, 1, 2, 5, 4],
    async (item) => {
      most = Math.max(most, ++running);
      for (let turn = 0; turn < item; turn++) await Promise.resolve();
      running--;
      return item * 10;
    },
    2,
  );
  expect(results).toEqual([30, 10, 20, 50, 40]);
  expect(most).toBe(2);
});
