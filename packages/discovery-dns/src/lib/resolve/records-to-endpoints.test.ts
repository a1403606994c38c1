import { describe, expect, it } from 'vitest';
import { type Located, recordsToEndpoints } from './records-to-endpoints.ts';

const at = (host: number, more: Partial<Located> = {}): Located => ({
  address: `10.0.0.${host}`,
  port: 80,
  ...more,
});
const weights = (...list: readonly number[]) =>
  recordsToEndpoints(list.map((weight, host) => at(host, { weight }))).map(({ weight }) => weight);
const priorities = (...list: readonly number[]) =>
  recordsToEndpoints(list.map((priority, host) => at(host, { priority }))).map(({ priority }) => priority);

describe('recordsToEndpoints', () => {
  it('gives a weight of 0 the small chance of RFC 2782 instead of draining the endpoint', () => {
    expect(weights(0, 0, 0)).toEqual([1, 1, 1]);
    expect(weights(0, 10, 65_535)).toEqual([1, 10, 65_535]);
  });

  it('keeps priorities up to 127 as they are', () => {
    expect(priorities(10, 0, 127, 10)).toEqual([10, 0, 127, 10]);
  });

  it('ranks priorities when one is larger, so that no two tiers become one', () => {
    expect(priorities(1_000, 65_535, 128, 1_000)).toEqual([1, 2, 0, 1]);
  });

  it('lists an address and port once, as its most preferred record has it, whatever the order', () => {
    const list = [
      at(1, { priority: 2, weight: 9, target: 'c' }),
      at(1, { priority: 1, weight: 5, target: 'b' }),
      at(1, { priority: 1, weight: 8, target: 'z' }),
      at(1, { priority: 1, weight: 8, target: 'a' }),
      at(1, { port: 81 }),
    ];
    for (const order of [list, list.toReversed()]) {
      const [first, second] = recordsToEndpoints(order).toSorted((x, y) => x.port - y.port);
      expect(first).toMatchObject({ priority: 1, weight: 8, metadata: { target: 'a' } });
      expect(second).toMatchObject({ id: '10.0.0.1:81' });
    }
  });
});
