import type { PickContext, PickResult } from '../balancer.ts';
import type { Cluster, ClusterControl } from '../cluster.ts';
import type { ClusterEvent } from '../cluster-event.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import type { ClusterState, TierState } from '../cluster-state.ts';
import type { EndpointCounts } from '../errors.ts';
import { EvenkeelError } from '../errors.ts';
import type { Strategy } from '../strategy.ts';
import { chooseElsewhere, isAllowed } from './choose-member.ts';
import { clusterControl } from './control.ts';
import { createEvents, type Events } from './events.ts';
import { type GroupPlan, planGroups } from './group-plan.ts';
import { type GroupTable, groupTable } from './group-table.ts';
import { inspectCluster } from './inspect.ts';
import { type Judgement, judgement } from './judgement.ts';
import type { Member } from './member.ts';
import { type MemberTable, memberTable } from './member-table.ts';
import { type Membership, membership } from './membership.ts';
import { nobody } from './nobody.ts';
import { Pick, type PickOwner } from './pick.ts';
import { resolveOptions, type Settings } from './resolve-options.ts';
import { type WarmUp, warmUp } from './warm-up.ts';

const NO_CONTEXT: PickContext = Object.freeze({});
const NO_COUNTS: EndpointCounts = { known: 0, healthy: 0, ejected: 0, draining: 0 };

/** The cluster: the control plane marks it dirty, and the next pick or the next microtask divides the endpoints anew. */
export class ClusterRuntime implements Cluster, PickOwner {
  readonly name: string;
  readonly control: ClusterControl;

  private readonly settings: Settings;
  private readonly strategy: Strategy;
  private readonly events: Events;
  private readonly members: MemberTable;
  private readonly judge: Judgement;
  private readonly warm: WarmUp;
  private readonly table: GroupTable;
  private readonly membership: Membership;
  private readonly lastGood = new Map<number, ReadonlySet<Member>>();

  private dirty = false;
  /** Kept until the next change: detectors ask for it at each failure of an outage. */
  private serving: readonly Member[] | undefined;
  private closed: Promise<void> | undefined;
  private tiers: readonly TierState[] = [];
  private counts: EndpointCounts = NO_COUNTS;

  constructor(options: ClusterOptions) {
    this.settings = resolveOptions(options);
    this.name = this.settings.name;
    this.strategy = options.strategy;
    this.events = createEvents(this.name);
    this.members = memberTable(options.concurrencyLimit, options.subset);
    this.warm = warmUp(this.settings.slowStart, this.settings.clock, () => this.markDirty());
    this.table = groupTable(options.strategy, this.settings, (error) =>
      this.failed('strategy.update', error),
    );
    this.judge = judgement(options, this.settings, {
      serving: () => this.listServing(),
      find: (id) => this.members.get(id),
      emit: (event) => this.events.emit(event),
      changed: (revived) => {
        if (revived !== undefined && !revived.removed) this.warm.start(revived);
        this.markDirty();
      },
      healthChanged: (id) => this.membership.healthChanged(id),
    });
    this.control = clusterControl(
      (id) => this.members.get(id),
      this.judge,
      () => this.markDirty(),
    );
    this.membership = membership(options, this.settings, {
      members: this.members,
      judge: this.judge,
      warm: this.warm,
      emit: (event) => this.events.emit(event),
      changed: () => this.markDirty(),
    });
  }

  pick(context: PickContext = NO_CONTEXT): PickResult {
    if (this.dirty) this.refresh();
    const now = this.settings.clock.now();
    const group = this.table.choose(context);
    let member = group?.strategy.pick(context, now) as Member | undefined;
    if (member === undefined || group === undefined || !isAllowed(member, group, context)) {
      member = chooseElsewhere(this.table, group, context, now, this.settings.random);
      if (member === undefined) throw this.nobody();
    }
    const strategy = member.group?.strategy ?? this.strategy;
    const pick = new Pick(this, member, strategy, now);
    this.events.picked(pick);
    return pick;
  }

  now(): number {
    return this.settings.clock.now();
  }

  settled(pick: Pick): void {
    const { member } = pick;
    try {
      pick.strategy.observe?.(member, pick);
    } catch (error) {
      this.failed('strategy.observe', error);
    }
    if (member.limit !== undefined) {
      const { kind, statusCode } = pick;
      const dropped =
        kind === 'failure' && (statusCode === undefined || statusCode === 503 || statusCode === 429);
      if (kind !== 'cancelled') member.limit.observe(pick.latencyMs, member.inFlight + 1, dropped, pick.at);
    }
    if (this.closed === undefined) this.judge.observe(pick);
    if (member.removed) this.members.release(member);
    this.events.done(pick);
  }

  ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.membership.ready(options.signal);
  }

  inspect(): ClusterState {
    this.refresh();
    return inspectCluster({
      name: this.name,
      strategy: this.strategy.name,
      discovery: this.membership.discoveryState(),
      members: this.members.all(),
      tiers: this.tiers,
      counts: this.counts,
      health: (member) => this.judge.status(member),
      ejectedForMs: (member) => this.judge.ejectedForMs(member),
    });
  }

  subscribe(listener: (event: ClusterEvent) => void): Disposable {
    return this.events.subscribe(listener);
  }

  close(): Promise<void> {
    this.closed ??= this.shutDown();
    return this.closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async shutDown(): Promise<void> {
    const error = new EvenkeelError('ERR_EVENKEEL_CLOSED', `cluster "${this.name}" is closed`);
    this.warm[Symbol.dispose]();
    for (const member of this.members.all()) member.removed = true;
    this.markDirty();
    await Promise.all([this.membership.close(error), this.judge.close()]);
  }

  private listServing(): readonly Member[] {
    this.serving ??= Array.from(this.members.all()).filter((member) => member.serving);
    return this.serving;
  }

  private markDirty(): void {
    this.serving = undefined;
    if (this.dirty) return;
    this.dirty = true;
    // Without traffic nobody picks, and still events must come.
    queueMicrotask(() => {
      if (this.dirty) this.refresh();
    });
  }

  private refresh(): void {
    this.dirty = false;
    const plan = planGroups(
      this.members.all(),
      (member) => this.judge.isHealthy(member),
      this.settings,
      this.lastGood,
    );
    this.table.apply(
      plan.groups,
      (member) => member.baseWeight * member.subsetRatio * this.warm.ratio(member),
    );
    this.counts = this.count(plan);
    this.reportPanics(plan.tiers);
    this.tiers = plan.tiers;
  }

  private count(plan: GroupPlan): EndpointCounts {
    let ejected = 0;
    let draining = 0;
    for (const member of this.members.all()) {
      if (!member.serving) draining++;
      else if (this.judge.ejectedForMs(member) > 0) ejected++;
    }
    const healthy = plan.tiers.reduce((sum, tier) => sum + tier.healthy, 0);
    return { known: this.members.size, healthy, ejected, draining };
  }

  private reportPanics(tiers: readonly TierState[]): void {
    for (const { priority, panic, known, healthy } of tiers) {
      const before = this.tiers.find((tier) => tier.priority === priority)?.panic ?? false;
      if (before === panic) continue;
      const mode = this.settings.panicMode;
      const healthyRatio = known === 0 ? 0 : healthy / known;
      this.events.emit({ type: 'panicChanged', priority, active: panic, healthyRatio, mode });
    }
  }

  private nobody(): EvenkeelError {
    return nobody({
      name: this.name,
      closed: this.closed !== undefined,
      discovery: this.membership.discoveryState().state,
      counts: this.counts,
      candidates: this.table.groups.reduce((sum, group) => sum + group.members.length, 0),
    });
  }

  private failed(source: string, error: unknown): void {
    this.events.emit({ type: 'backgroundFailed', source, error });
  }
}
