import type { Endpoint } from '../endpoint.ts';
import { orderOf, stableHash } from './stable-hash.ts';

/**
 * The endpoints at the positions `first` to `last` of a ring on which they stand in the order of a hash of their ids, so
 * that one more or one less moves each of the others by less than its own part. Positions from the number of endpoints
 * on begin anew at 0.
 *
 * Only the hashes are sorted, as numbers, and only the endpoints wanted are looked up: several times as fast as to sort the
 * endpoints of a large cluster.
 */
export function ringSlice(endpoints: readonly Endpoint[], first: number, last: number): Endpoint[] {
  const count = endpoints.length;
  const orders = new Float64Array(count);
  endpoints.forEach(({ id }, index) => {
    orders[index] = orderOf(stableHash(id));
  });
  const sorted = orders.slice().sort();

  const between = (from: number, to: number): Endpoint[] => {
    const lowest = sorted[from] as number;
    const highest = sorted[to] as number;
    const found: Placed[] = [];
    endpoints.forEach((endpoint, index) => {
      const order = orders[index] as number;
      if (order >= lowest && order <= highest) found.push({ order, endpoint });
    });
    found.sort((a, b) => a.order - b.order || (a.endpoint.id < b.endpoint.id ? -1 : 1));
    // Equal hashes at an edge would bring in a neighbour from beyond it.
    return found.slice(0, to - from + 1).map(({ endpoint }) => endpoint);
  };
  return last < count ? between(first, last) : [...between(first, count - 1), ...between(0, last - count)];
}

interface Placed {
  readonly order: number;
  readonly endpoint: Endpoint;
}
