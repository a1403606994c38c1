import type { PickContext } from '../balancer.ts';
import type { Strategy } from '../strategy.ts';
import { type Group, groupLoad } from './group.ts';
import type { PlannedGroup } from './group-plan.ts';
import { keyShare } from './key-share.ts';
import type { Member } from './member.ts';
import type { Settings } from './resolve-options.ts';

/** Keeps one strategy for each group of endpoints, and chooses among the groups. */
export interface GroupTable {
  readonly groups: readonly Group[];
  /** Takes a new plan; strategies of groups that stay keep what they learned. */
  apply(plan: readonly PlannedGroup[], weightOf: (member: Member) => number): void;
  /** The group that is to serve a request; undefined when there is none. */
  choose(context: PickContext): Group | undefined;
}

/**
 * @param strategy serves the first group; others get clones of it. One without `clone` serves all groups that get traffic
 * together.
 * @param onError gets what a strategy threw on an update
 */
export function groupTable(
  strategy: Strategy,
  settings: Settings,
  onError: (error: unknown) => void,
): GroupTable {
  const spareStrategies: Strategy[] = [strategy];
  let groups: Group[] = [];

  const find = (plan: PlannedGroup): Group | undefined =>
    groups.find((group) => group.priority === plan.priority && group.zone === plan.zone);

  const update = (target: Strategy, members: readonly Member[]): void => {
    try {
      target.update(members);
    } catch (error) {
      onError(error);
    }
  };

  const create = (plan: PlannedGroup): Group => ({
    priority: plan.priority,
    zone: plan.zone,
    strategy: spareStrategies.pop() ?? strategy.clone?.() ?? strategy,
    members: [],
    loadRatio: 0,
    inFlight: 0,
    weight: 0,
  });

  return {
    get groups() {
      return groups;
    },
    apply(plans, weightOf) {
      const wanted = strategy.clone === undefined ? joined(plans) : plans;
      const next: Group[] = [];
      for (const group of groups) {
        for (const member of group.members) member.group = undefined;
      }
      const leaving = groups.filter((group) => !wanted.some((plan) => find(plan) === group));
      for (const group of leaving) {
        update(group.strategy, []);
        spareStrategies.push(group.strategy);
      }
      for (const plan of wanted) {
        const group = find(plan) ?? create(plan);
        next.push(group);
        group.loadRatio = plan.loadRatio;
        if (fill(group, plan.members, weightOf)) update(group.strategy, group.members);
      }
      groups = next;
    },
    choose(context) {
      if (groups.length === 1) return groups[0];
      const share = context.hashKey === undefined ? settings.random() : keyShare(context.hashKey);
      const group = atShare(groups, share);
      return group !== undefined && group.zone !== '' ? spill(groups, group, settings) : group;
    },
  };
}

/** Sets members and weights; says whether the strategy has to know. */
function fill(group: Group, members: readonly Member[], weightOf: (member: Member) => number): boolean {
  let changed = members.length !== group.members.length;
  group.inFlight = 0;
  group.weight = 0;
  for (const [index, member] of members.entries()) {
    const weight = weightOf(member);
    changed ||= weight !== member.weight || group.members[index] !== member;
    member.weight = weight;
    member.group = group;
    group.inFlight += member.inFlight;
    group.weight += weight;
  }
  group.members = members;
  return changed;
}

function joined(plans: readonly PlannedGroup[]): readonly PlannedGroup[] {
  if (plans.length <= 1) return plans;
  const members = plans.filter((plan) => plan.loadRatio > 0).flatMap((plan) => plan.members);
  return [{ priority: plans[0]?.priority ?? 0, zone: '', members, loadRatio: 1 }];
}

function atShare(groups: readonly Group[], share: number): Group | undefined {
  let sum = 0;
  let last: Group | undefined;
  for (const group of groups) {
    if (group.loadRatio === 0) continue;
    sum += group.loadRatio;
    last = group;
    if (share < sum) return group;
  }
  return last ?? groups[0];
}

/** Leaves an overloaded local zone for the least loaded other zone of the same priority. */
function spill(groups: readonly Group[], group: Group, settings: Settings): Group {
  const { zone } = settings;
  if (zone === undefined || group.zone !== zone.local || groupLoad(group) < zone.spillInFlight) return group;
  let best = group;
  for (const other of groups) {
    if (other.priority === group.priority && groupLoad(other) < groupLoad(best)) best = other;
  }
  return best;
}
