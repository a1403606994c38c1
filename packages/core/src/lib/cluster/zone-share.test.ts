import { describe, expect, it } from 'vitest';
import { splitByZone } from './zone-share.ts';

const zones = (...healthy: readonly (readonly [zone: string, healthy: number, known?: number])[]) =>
  healthy.map(([zone, count, known]) => ({ zone, healthy: count, known: known ?? count }));

describe('splitByZone', () => {
  it('keeps everything in a healthy local zone', () => {
    expect(splitByZone(zones(['a', 3], ['b', 3], ['c', 3]), 'a', 1.4, undefined)).toEqual([1, 0, 0]);
  });

  it('spills what the local zone lost beyond its overprovisioning to the other zones by their size', () => {
    const shares = splitByZone(zones(['a', 1, 2], ['b', 3], ['c', 1]), 'a', 1.4, undefined);
    expect(shares[0]).toBeCloseTo(0.7, 12);
    expect(shares[1]).toBeCloseTo(0.225, 12);
    expect(shares[2]).toBeCloseTo(0.075, 12);
  });

  it('is not misled by a zone that is named like a property of every object', () => {
    const shares = splitByZone(zones(['a', 1], ['constructor', 1]), 'a', 1.4, { a: 1 });
    expect(shares).toEqual([0.5, 0.5]);
  });

  it('follows the endpoints when the local zone has none, or none that is healthy', () => {
    expect(splitByZone(zones(['b', 3], ['c', 1]), 'a', 1.4, undefined)).toEqual([0.75, 0.25]);
    expect(splitByZone(zones(['a', 0, 4], ['b', 1], ['c', 1]), 'a', 1.4, undefined)).toEqual([0, 0.5, 0.5]);
  });

  it('routes all locally while the zone has at least its share of endpoints', () => {
    expect(splitByZone(zones(['a', 5], ['b', 5]), 'a', 1.4, { a: 0.4, b: 0.6 })).toEqual([1, 0]);
  });

  it('routes the excess by residual capacity when the zone has more clients than endpoints', () => {
    // Endpoints 20/40/40 %, clients 50/25/25 %: 20/50 stays, the residual capacity of b and c is equal.
    const shares = splitByZone(zones(['a', 2], ['b', 4], ['c', 4]), 'a', 1.4, { a: 0.5, b: 0.25, c: 0.25 });
    expect(shares[0]).toBeCloseTo(0.4, 12);
    expect(shares[1]).toBeCloseTo(0.3, 12);
    expect(shares[2]).toBeCloseTo(0.3, 12);
  });

  it('gives nothing when no endpoint is healthy', () => {
    expect(splitByZone(zones(['a', 0, 2], ['b', 0, 2]), 'a', 1.4, undefined)).toEqual([0, 0]);
  });
});
