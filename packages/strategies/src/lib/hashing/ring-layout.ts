import type { HashFunction } from './hash-function.ts';
import type { RingPoints } from './ring-points.ts';

/** Bounds on the number of points of a ring. */
export interface RingBounds {
  readonly minRingSize: number;
  readonly maxRingSize: number;
}

/** Where the points of a ring lie. Two clients agree on keys when their layouts, endpoints and weights do. */
export interface RingLayout {
  /** Hashes the keys of requests. */
  readonly hash: HashFunction;
  /** Whether points have 64 bits, not 32. */
  readonly wide: boolean;
  /** Roughly the time to make and sort one point, in µs. */
  readonly cost: number;
  /** The number of points for each weight, in the order of the names. */
  counts(weights: readonly number[], bounds: RingBounds): Uint32Array;
  /**
   * Writes the places of `count` points, from the point `start` on. A larger count only adds
   * points, so that a change of weight moves no more keys than it must.
   */
  place(key: string, count: number, points: RingPoints, start: number): void;
}

/**
 * A number of points in proportion to each weight, whatever the other weights are. Only when all together would
 * be more than `maxRingSize` is it halved for all, as often as it takes.
 */
export function pointsPerWeight(
  points: number,
  weights: readonly number[],
  { maxRingSize }: RingBounds,
): Uint32Array {
  const counts = new Uint32Array(weights.length);
  for (let scale = points; ; scale /= 2) {
    let total = 0;
    for (let i = 0; i < counts.length; i += 1) {
      const count = Math.max(1, Math.round((weights[i] as number) * scale));
      counts[i] = count;
      total += count;
    }
    if (total <= maxRingSize || total === counts.length) return counts;
  }
}
