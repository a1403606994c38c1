import type { ClusterEvent } from '../cluster-event.ts';
import type { TierState } from '../cluster-state.ts';
import type { EndpointCounts } from '../errors.ts';
import type { Strategy } from '../strategy.ts';
import { planGroups } from './group-plan.ts';
import { type GroupTable, groupTable } from './group-table.ts';
import type { Judgement } from './judgement.ts';
import type { Member } from './member.ts';
import type { MemberTable } from './member-table.ts';
import type { Settings } from './resolve-options.ts';
import type { WarmUp } from './warm-up.ts';

/** Up to so many endpoints, dividing them anew costs so little that each change is applied before the next pick. */
const AT_ONCE = 500;
/** With more, changes are collected for 1 ms for each so many endpoints. */
const ENDPOINTS_PER_MS = 500;

/** What the division follows. */
export interface DivisionSource {
  readonly strategy: Strategy;
  readonly settings: Settings;
  readonly members: MemberTable;
  readonly judge: Judgement;
  readonly warm: WarmUp;
  readonly emit: (event: ClusterEvent) => void;
}

/** How the endpoints are divided into groups now, and whether that is still true. */
export interface Division extends Disposable {
  readonly table: GroupTable;
  readonly tiers: readonly TierState[];
  readonly counts: EndpointCounts;
  /** Whether something changed since the last division. */
  readonly outdated: boolean;
  /** Those that take requests, whatever their health. */
  serving(): readonly Member[];
  /** Something changed: the next pick, or without one the next moment, divides anew. */
  invalidate(): void;
  /** Divides anew if something changed and enough of it was collected. */
  renew(now: number): void;
  /** Divides anew. */
  refresh(): void;
}

/**
 * Divides a cluster's endpoints into priorities and zones, lazily: changes come in bursts, and each division costs
 * O(endpoints). Who must not be picked any more is marked as withdrawn and is left out at once, divided anew or not.
 */
export function division(source: DivisionSource): Division {
  const { strategy, settings, members, judge, warm, emit } = source;
  const table = groupTable(strategy, settings, (error) =>
    emit({ type: 'backgroundFailed', source: 'strategy.update', error }),
  );
  const lastGood = new Map<number, ReadonlySet<Member>>();
  let tiers: readonly TierState[] = [];
  let counts: EndpointCounts = { known: 0, healthy: 0, ejected: 0, draining: 0 };
  let outdated = false;
  let dividedAt = Number.NEGATIVE_INFINITY;
  let timer: Disposable | undefined;
  // Kept until the next change: detectors ask for it at each failure of an outage.
  let serving: readonly Member[] | undefined;

  const gapMs = (): number => (members.size <= AT_ONCE ? 0 : members.size / ENDPOINTS_PER_MS);

  const refresh = (): void => {
    outdated = false;
    dividedAt = settings.clock.now();
    timer?.[Symbol.dispose]();
    timer = undefined;
    for (const member of members.all()) member.withdrawn = false;
    const plan = planGroups(members.all(), judge.isHealthy, settings, lastGood);
    table.apply(plan.groups, (member) => member.baseWeight * member.subsetRatio * warm.ratio(member));
    counts = count(plan.tiers);
    const before = tiers;
    tiers = plan.tiers;
    reportPanics(before);
  };

  const count = (states: readonly TierState[]): EndpointCounts => {
    let ejected = 0;
    let draining = 0;
    for (const member of members.all()) {
      if (!member.serving) draining++;
      else if (judge.isEjected(member)) ejected++;
    }
    const healthy = states.reduce((sum, tier) => sum + tier.healthy, 0);
    return { known: members.size, healthy, ejected, draining };
  };

  const reportPanics = (before: readonly TierState[]): void => {
    const panicked = new Set(before.filter(({ panic }) => panic).map(({ priority }) => priority));
    const mode = settings.panicMode;
    const changes: ClusterEvent[] = [];
    for (const { priority, panic, known, healthy } of tiers) {
      const healthyRatio = known === 0 ? 0 : healthy / known;
      if (panicked.delete(priority) !== panic) {
        changes.push({ type: 'panicChanged', priority, active: panic, healthyRatio, mode });
      }
    }
    // What is left has no endpoint any more, and so nobody to panic for.
    for (const priority of panicked) {
      changes.push({ type: 'panicChanged', priority, active: false, healthyRatio: 0, mode });
    }
    for (const change of changes) emit(change);
  };

  return {
    table,
    get tiers() {
      return tiers;
    },
    get counts() {
      return counts;
    },
    get outdated() {
      return outdated;
    },
    serving() {
      serving ??= Array.from(members.all()).filter((member) => member.serving);
      return serving;
    },
    invalidate() {
      serving = undefined;
      if (outdated) return;
      outdated = true;
      const wait = gapMs();
      // Without traffic nobody picks, and still events must come.
      if (wait > 0) timer = settings.clock.setTimer(refresh, wait);
      else queueMicrotask(() => outdated && refresh());
    },
    renew(now) {
      if (outdated && now - dividedAt >= gapMs()) refresh();
    },
    refresh,
    [Symbol.dispose]() {
      timer?.[Symbol.dispose]();
      timer = undefined;
    },
  };
}
