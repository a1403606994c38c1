import type { Member, MemberGroup } from './member.ts';

/** The endpoints of one priority and zone, with the strategy instance that chooses among them. */
export interface Group extends MemberGroup {
  readonly priority: number;
  /** Empty when zones play no part. */
  readonly zone: string;
  /** Those that the strategy may pick now. */
  members: readonly Member[];
  /** Share of the cluster's traffic, 0–1. */
  loadRatio: number;
  /** Sum of its members' weights. */
  weight: number;
}

/** Requests in flight for each unit of weight. */
export function groupLoad(group: Group): number {
  return group.weight === 0 ? Number.POSITIVE_INFINITY : group.inFlight / group.weight;
}
