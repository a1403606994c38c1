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
 * @param onError gets what a strategy threw on an update or a clone; called when all groups are in place
 */
export function groupTable(
  strategy: Strategy,
  settings: Settings,
  onError: (error: unknown) => void,
): GroupTable {
  const spareStrategies: Strategy[] = [strategy];
  let cloneable = strategy.clone !== undefined;
  let groups: Group[] = [];
  /** The group that gets all the traffic, as nearly always one does: nothing has to be drawn for it. */
  let whole: Group | undefined;

  const create = ({ priority, zone }: PlannedGroup, makes: Strategy): Group => ({
    priority,
    zone,
    strategy: makes,
    members: [],
    loadRatio: 0,
    inFlight: 0,
    weight: 0,
  });

  /** A strategy for a new group; undefined when it cannot be cloned after all. */
  const another = (errors: unknown[]): Strategy | undefined => {
    try {
      return spareStrategies.pop() ?? strategy.clone?.();
    } catch (error) {
      errors.push(error);
      return undefined;
    }
  };

  const update = (target: Strategy, members: readonly Member[], errors: unknown[]): void => {
    try {
      target.update(members);
    } catch (error) {
      errors.push(error);
    }
  };

  const replaceGroups = (
    plans: readonly PlannedGroup[],
    weightOf: (member: Member) => number,
    errors: unknown[],
  ): void => {
    const known = new Map(groups.map((group) => [keyOf(group), group]));
    for (const group of groups) for (const member of group.members) member.group = undefined;
    groups = [];
    const kept = plans.map((plan) => {
      const group = known.get(keyOf(plan));
      known.delete(keyOf(plan));
      return group;
    });
    for (const { strategy: freed } of known.values()) {
      update(freed, [], errors);
      spareStrategies.push(freed);
    }
    for (const [index, plan] of plans.entries()) {
      const makes = kept[index]?.strategy ?? another(errors);
      if (makes === undefined) {
        cloneable = false;
        spareStrategies.push(...groups.map((group) => group.strategy), strategy);
        replaceGroups(joined(plans), weightOf, errors);
        return;
      }
      const group = kept[index] ?? create(plan, makes);
      groups.push(group);
      group.loadRatio = plan.loadRatio;
      if (fill(group, plan.members, weightOf)) update(group.strategy, group.members, errors);
    }
  };

  const drawn = ({ hashKey }: PickContext): Group | undefined =>
    atShare(groups, hashKey === undefined ? settings.random() : keyShare(hashKey));

  return {
    get groups() {
      return groups;
    },
    apply(plans, weightOf) {
      // A listener may look at the cluster, which must be whole by then.
      const errors: unknown[] = [];
      replaceGroups(cloneable ? plans : joined(plans), weightOf, errors);
      whole = groups.length === 1 ? groups[0] : groups.find((group) => group.loadRatio === 1);
      for (const error of errors) onError(error);
    },
    choose(context) {
      const group = whole ?? drawn(context);
      return group === undefined || group.zone === '' ? group : spill(groups, group, settings);
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

/** One group for all that gets traffic, always the same, so that its strategy keeps what it learned. */
function joined(plans: readonly PlannedGroup[]): readonly PlannedGroup[] {
  const members = plans.filter((plan) => plan.loadRatio > 0).flatMap((plan) => plan.members);
  return [{ priority: 0, zone: '', members, loadRatio: 1 }];
}

function keyOf({ priority, zone }: { readonly priority: number; readonly zone: string }): string {
  return `${priority}/${zone}`;
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
