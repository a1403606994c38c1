import type { KeyTableBuilder } from './key-table.ts';
import type { Placement } from './member.ts';
import { Ring } from './ring.ts';
import type { RingBounds, RingLayout } from './ring-layout.ts';
import { GONE, mergePoints } from './ring-merge.ts';
import { makePoints, type RingPoints, sortPoints } from './ring-points.ts';

/** Points made between two yields; the slowest layout needs almost a microsecond for one. */
const SLICE = 4_096;
/** Time to merge one point, in µs. */
const MERGE_COST = 0.02;

/** What of a ring stays, and what must be made. */
interface Plan {
  readonly counts: Uint32Array;
  /** For each owner in the previous ring the rank in the next one, or GONE. */
  readonly ranks: Uint32Array;
  /** Ranks of those whose points must be made. */
  readonly fresh: readonly number[];
  readonly freshPoints: number;
}

/**
 * Builds rings. The previous ring serves as a cache: points of members that did not change are merged with those of the
 * others, so that one endpoint more or less costs one pass over the ring.
 */
export function ringBuilder(layout: RingLayout, bounds: RingBounds): KeyTableBuilder<Ring> {
  return {
    cost(placements, previous) {
      const { freshPoints } = planRing(layout, bounds, placements, previous);
      return freshPoints * layout.cost + (previous?.size ?? 0) * MERGE_COST;
    },
    *build(placements, previous) {
      const plan = planRing(layout, bounds, placements, previous);
      const made = yield* sortPoints(yield* makeFresh(layout, placements, plan));
      const points = previous === undefined ? made : yield* mergePoints(previous.points, plan.ranks, made);
      return points.places.length === 0 ? undefined : new Ring(placements, plan.counts, points);
    },
  };
}

function planRing(
  layout: RingLayout,
  bounds: RingBounds,
  placements: readonly Placement[],
  previous: Ring | undefined,
): Plan {
  const counts = layout.counts(
    placements.map(({ weight }) => weight),
    bounds,
  );
  const old = previous?.placements ?? [];
  for (let rank = 0; rank < old.length; rank += 1) (old[rank] as Placement).member.rank = rank;
  const ranks = new Uint32Array(old.length).fill(GONE);
  const fresh: number[] = [];
  let freshPoints = 0;
  for (let rank = 0; rank < placements.length; rank += 1) {
    const { member, key } = placements[rank] as Placement;
    const before = old[member.rank];
    const isKnown = before?.member === member && before.key === key;
    if (isKnown && previous?.counts[member.rank] === counts[rank]) {
      ranks[member.rank] = rank;
    } else {
      fresh.push(rank);
      freshPoints += counts[rank] as number;
    }
  }
  return { counts, ranks, fresh, freshPoints };
}

function* makeFresh(
  layout: RingLayout,
  placements: readonly Placement[],
  { counts, fresh, freshPoints }: Plan,
): Generator<undefined, RingPoints> {
  const points = makePoints(freshPoints, layout.wide);
  let at = 0;
  let pause = SLICE;
  for (const rank of fresh) {
    const count = counts[rank] as number;
    layout.place((placements[rank] as Placement).key, count, points, at);
    for (let i = at; i < at + count; i += 1) points.places[2 * i + 1] = rank;
    at += count;
    if (at < pause) continue;
    pause = at + SLICE;
    yield;
  }
  return points;
}
