import type { TierState } from '../cluster-state.ts';
import type { Member } from './member.ts';
import { splitByPriority } from './priority-load.ts';
import type { Settings } from './resolve-options.ts';
import { splitByZone } from './zone-share.ts';

/** Which endpoints share a strategy, and how much traffic they get together. */
export interface PlannedGroup {
  readonly priority: number;
  /** Empty when zones play no part in this priority. */
  readonly zone: string;
  readonly members: readonly Member[];
  /** 0–1; all planned groups sum to 1 unless nothing is usable. */
  readonly loadRatio: number;
}

/** The split of a cluster's traffic, and the state of its priorities. */
export interface GroupPlan {
  readonly groups: readonly PlannedGroup[];
  readonly tiers: readonly TierState[];
}

interface Tier {
  readonly priority: number;
  readonly known: Member[];
  readonly healthy: Member[];
}

/**
 * Divides the serving endpoints into priorities, decides which of them panic, and divides each priority into zones.
 *
 * @param lastGood remembers, for the panic mode of that name, who was healthy in each priority before it panicked
 */
export function planGroups(
  members: Iterable<Member>,
  isHealthy: (member: Member) => boolean,
  settings: Settings,
  lastGood: Map<number, ReadonlySet<Member>>,
): GroupPlan {
  const tiers = collectTiers(members, isHealthy);
  const health = tiers.map((tier) => ({ known: tier.known.length, healthy: tier.healthy.length }));
  const judged = splitByPriority(health, settings.overprovisioning, settings.panicRatio);
  // A cluster that fails closed still says that it panics, but sends nothing where nobody is healthy.
  const closed = settings.panicMode === 'failClosed';
  const loads = closed ? splitByPriority(health, settings.overprovisioning, 0) : judged;

  const groups: PlannedGroup[] = [];
  const states: TierState[] = [];
  for (const [index, tier] of tiers.entries()) {
    const panic = judged[index]?.panic ?? false;
    const loadRatio = (loads[index]?.percent ?? 0) / 100;
    const usable = panic ? panicMembers(tier, settings, lastGood) : tier.healthy;
    if (!panic && settings.panicMode === 'lastGood') lastGood.set(tier.priority, new Set(tier.healthy));
    groups.push(...divideByZone(tier, usable, loadRatio, panic, settings));
    states.push({
      priority: tier.priority,
      known: tier.known.length,
      healthy: tier.healthy.length,
      loadRatio,
      panic,
    });
  }
  return { groups, tiers: states };
}

function collectTiers(members: Iterable<Member>, isHealthy: (member: Member) => boolean): Tier[] {
  const tiers = new Map<number, Tier>();
  for (const member of members) {
    if (!member.serving) continue;
    const { priority } = member.endpoint;
    let tier = tiers.get(priority);
    if (tier === undefined) {
      tier = { priority, known: [], healthy: [] };
      tiers.set(priority, tier);
    }
    tier.known.push(member);
    if (isHealthy(member)) tier.healthy.push(member);
  }
  return [...tiers.values()].sort((a, b) => a.priority - b.priority);
}

function panicMembers(
  tier: Tier,
  settings: Settings,
  lastGood: ReadonlyMap<number, ReadonlySet<Member>>,
): readonly Member[] {
  if (settings.panicMode === 'failClosed') return tier.healthy;
  if (settings.panicMode === 'failOpen') return tier.known;
  const good = lastGood.get(tier.priority);
  const kept = good === undefined ? [] : tier.known.filter((member) => good.has(member));
  return kept.length > 0 ? kept : tier.known;
}

function divideByZone(
  tier: Tier,
  usable: readonly Member[],
  loadRatio: number,
  panic: boolean,
  settings: Settings,
): PlannedGroup[] {
  const { priority } = tier;
  const { zone } = settings;
  if (zone === undefined || tier.known.length < zone.minEndpoints) {
    return [{ priority, zone: '', members: usable, loadRatio }];
  }
  const known = byZone(tier.known);
  const healthy = byZone(usable);
  const names = [...known.keys()].sort();
  // In panic there is no preference, but the groups stay: their strategies must not forget everything in an outage.
  const shares = panic
    ? names.map((name) => (healthy.get(name)?.length ?? 0) / Math.max(1, usable.length))
    : splitByZone(
        names.map((name) => ({
          zone: name,
          known: known.get(name)?.length ?? 0,
          healthy: healthy.get(name)?.length ?? 0,
        })),
        zone.local,
        settings.overprovisioning,
        zone.clientRatios,
      );
  return names.map((name, index) => ({
    priority,
    zone: name,
    members: healthy.get(name) ?? [],
    loadRatio: loadRatio * (shares[index] ?? 0),
  }));
}

function byZone(members: readonly Member[]): Map<string, Member[]> {
  return Map.groupBy(members, (member) => member.endpoint.zone ?? '');
}
