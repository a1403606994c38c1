import type { Endpoint } from '../endpoint.ts';

/** Chooses the endpoints that this client uses. */
export interface Subset {
  /**
   * Returns, by endpoint id, the share of its weight that this client uses: above 0, at most 1. The same endpoints give
   * the same answer, in whatever order they come. All of them, whole, where there are no more than the subset's size.
   */
  select(endpoints: readonly Endpoint[]): ReadonlyMap<string, number>;
}
