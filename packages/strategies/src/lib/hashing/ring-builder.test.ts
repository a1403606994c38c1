import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finishBuild } from './background-build.ts';
import type { Placement } from './member.ts';
import { murmur3 } from './murmur3.ts';
import type { Ring } from './ring.ts';
import { ringBuilder } from './ring-builder.ts';
import type { RingLayout } from './ring-layout.ts';

const BOUNDS = { minRingSize: 1, maxRingSize: 1_000 };

/** A layout with so few places that most points share theirs with others. */
function crowdedLayout(wide: boolean): RingLayout {
  return {
    hash: murmur3,
    wide,
    cost: 1,
    counts: (weights) => Uint32Array.from(weights),
    place(key, count, { places, low }, start) {
      for (let i = 0; i < count; i += 1) {
        places[2 * (start + i)] = (key.charCodeAt(0) * (i + 1)) % 5;
        if (wide) low[start + i] = (key.charCodeAt(0) + i) % 3;
      }
    },
  };
}

/** Placements in order; members with the same name are the same objects in all lists. */
function placementsOf(
  weights: ReadonlyMap<string, number>,
  members: Map<string, Placement['member']>,
): Placement[] {
  return [...weights]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, weight]) => {
      const member = members.get(key) ?? { id: key, candidate: undefined, rank: 0 };
      members.set(key, member);
      return { member, key, weight };
    });
}

function pointsOf(ring: Ring | undefined): unknown {
  return ring && { places: [...ring.points.places], low: [...ring.points.low], counts: [...ring.counts] };
}

describe('ringBuilder', () => {
  it('makes the same ring from the previous one as from nothing, ties included', () => {
    const weights = fc
      .array(fc.tuple(fc.constantFrom(...'abcdefg'), fc.constantFrom(3, 3, 3, 4)), { maxLength: 7 })
      .map((pairs) => new Map(pairs));
    fc.assert(
      fc.property(fc.array(weights, { minLength: 2, maxLength: 5 }), fc.boolean(), (steps, wide) => {
        const builder = ringBuilder(crowdedLayout(wide), BOUNDS);
        const members = new Map<string, Placement['member']>();
        let ring: Ring | undefined;
        for (const step of steps) {
          const placements = placementsOf(step, members);
          ring = finishBuild(builder.build(placements, ring));
          expect(pointsOf(ring)).toEqual(pointsOf(finishBuild(builder.build(placements, undefined))));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('finds the first point at or after a hash, wherever points crowd', () => {
    const places = fc.array(fc.oneof(fc.nat({ max: 40 }), fc.integer({ min: 0, max: 0xffffffff })), {
      minLength: 1,
      maxLength: 200,
      size: 'max',
    });
    fc.assert(
      fc.property(places, fc.integer({ min: 0, max: 0xffffffff }), fc.nat({ max: 45 }), (list, far, near) => {
        const layout: RingLayout = {
          ...crowdedLayout(false),
          place(_key, _count, points, start) {
            for (const [i, place] of list.entries()) points.places[2 * (start + i)] = place;
          },
        };
        const weights = new Map([['a', list.length]]);
        const ring = finishBuild(
          ringBuilder(layout, BOUNDS).build(placementsOf(weights, new Map()), undefined),
        )!;
        const sorted = list.toSorted((a, b) => a - b);
        for (const hash of [far, near, sorted[0]!, sorted.at(-1)!, 0, 0xffffffff]) {
          const first = sorted.findIndex((place) => place >= hash);
          expect(ring.locate(Uint32Array.of(hash, 0))).toBe(first === -1 ? 0 : first);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('costs less the more of the previous ring stays', () => {
    const builder = ringBuilder(
      { ...crowdedLayout(false), counts: (weights) => new Uint32Array(weights.length).fill(100) },
      BOUNDS,
    );
    const members = new Map<string, Placement['member']>();
    const placements = placementsOf(new Map([...'abcdefgh'].map((key) => [key, 1])), members);
    const ring = finishBuild(builder.build(placements, undefined));
    expect(builder.cost(placements, undefined)).toBe(800);
    expect(builder.cost(placements.slice(1), ring)).toBeLessThan(100);
  });
});
