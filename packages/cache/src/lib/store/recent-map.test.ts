import { expect, it } from 'vitest';
import { RecentMap } from './recent-map.ts';

it('holds no more than its limit, and keeps what is asked for', () => {
  const map = new RecentMap<number>(10);
  for (let index = 0; index < 1_000; index++) {
    map.set(`${index}`, index);
    expect(map.get('0')).toBe(0);
    expect(map.get(`${index}`)).toBe(index);
  }
  const known = Array.from({ length: 1_000 }, (_, index) => `${index}`).filter(
    (key) => map.get(key) !== undefined,
  );
  expect(known.length).toBeLessThanOrEqual(10);
});
