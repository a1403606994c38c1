import type { PickContext, PickResult } from '../balancer.ts';
import type { Cluster, ClusterControl } from '../cluster.ts';
import type { ClusterEvent } from '../cluster-event.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import type { ClusterState } from '../cluster-state.ts';
import { EvenkeelError } from '../errors.ts';
import type { Strategy } from '../strategy.ts';
import { chooseElsewhere, isAllowed } from './choose-member.ts';
import { clusterControl } from './control.ts';
import { type Division, division } from './division.ts';
import { createEvents, type Events } from './events.ts';
import { inspectCluster } from './inspect.ts';
import { type Judgement, judgement } from './judgement.ts';
import type { Member } from './member.ts';
import { type MemberTable, memberTable } from './member-table.ts';
import { type Membership, membership } from './membership.ts';
import { nobody } from './nobody.ts';
import { OutageProbe } from './outage-probe.ts';
import { Pick, type PickOwner } from './pick.ts';
import { resolveOptions, type Settings } from './resolve-options.ts';
import { type WarmUp, warmUp } from './warm-up.ts';

const NO_CONTEXT: PickContext = Object.freeze({});

/** The cluster: membership and judgement change who may serve, the division follows them, and picks read the division. */
export class ClusterRuntime implements Cluster, PickOwner {
  readonly name: string;
  readonly control: ClusterControl;

  private readonly settings: Settings;
  private readonly strategy: Strategy;
  private readonly events: Events;
  private readonly members: MemberTable;
  private readonly warm: WarmUp;
  private readonly judge: Judgement;
  private readonly division: Division;
  private readonly probe: OutageProbe;
  private readonly membership: Membership;
  private closed: Promise<void> | undefined;

  constructor(options: ClusterOptions) {
    this.settings = resolveOptions(options);
    this.name = this.settings.name;
    this.strategy = options.strategy;
    this.events = createEvents(this.name);
    const emit = (event: ClusterEvent): void => this.events.emit(event);
    const changed = (): void => this.division.invalidate();
    this.members = memberTable(options.concurrencyLimit, options.subset, (error) =>
      this.failed('concurrencyLimit', error),
    );
    this.warm = warmUp(this.settings.slowStart, this.settings.clock, changed);
    this.judge = judgement(options, this.settings, {
      serving: () => this.division.serving(),
      find: (id) => this.members.get(id),
      emit,
      changed,
      revived: (member) => this.warm.start(member),
      healthChanged: (id) => this.membership.healthChanged(id),
    });
    const { strategy, settings, members, judge, warm } = this;
    this.division = division({ strategy, settings, members, judge, warm, emit });
    this.probe = new OutageProbe(judge, () => this.division.serving());
    this.control = clusterControl((id) => members.get(id), judge, changed);
    this.membership = membership(options, settings, { members, judge, warm, emit, changed });
  }

  pick(context: PickContext = NO_CONTEXT): PickResult {
    if (this.closed !== undefined) throw this.nobody();
    const now = this.settings.clock.now();
    this.division.renew(now);
    let member = this.probe.suspected ? this.chooseInOutage(context, now) : this.choose(context, now);
    if (member === undefined && this.division.outdated) {
      this.division.refresh();
      member = this.choose(context, now);
    }
    if (member === undefined) throw this.nobody();
    const pick = new Pick(this, member, member.group?.strategy ?? this.strategy, now);
    this.events.picked(pick);
    return pick;
  }

  now(): number {
    return this.settings.clock.now();
  }

  settled(pick: Pick): void {
    const { member } = pick;
    if (pick.kind === 'failure') this.probe.failed(member);
    try {
      // The endpoint may be in another group by now, whose strategy is the one to learn.
      (member.group?.strategy ?? pick.strategy).observe?.(member, pick);
    } catch (error) {
      this.failed('strategy.observe', error);
    }
    if (member.limit !== undefined && pick.kind !== 'cancelled') {
      const { kind, statusCode } = pick;
      const dropped =
        kind === 'failure' && (statusCode === undefined || statusCode === 503 || statusCode === 429);
      try {
        member.limit.observe(pick.latencyMs, member.inFlight + 1, dropped, pick.at);
      } catch (error) {
        this.failed('concurrencyLimit.observe', error);
      }
    }
    if (this.closed === undefined) this.judge.observe(pick);
    if (member.removed && this.members.release(member)) this.division.invalidate();
    this.events.done(pick);
  }

  ready(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.membership.ready(options.signal);
  }

  inspect(): ClusterState {
    if (this.division.outdated) this.division.refresh();
    return inspectCluster({
      name: this.name,
      strategy: this.strategy.name,
      discovery: this.membership.discoveryState(),
      members: this.members.all(),
      tiers: this.division.tiers,
      counts: this.division.counts,
      health: (member) => this.judge.status(member),
      ejectedForMs: (member) => this.judge.ejectedForMs(member),
      isOutlier: (member) => this.judge.isOutlier(member),
      load: (member) => this.loadOf(member),
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

  private chooseInOutage(context: PickContext, now: number): Member | undefined {
    const probed = this.settings.panicMode === 'failClosed' ? undefined : this.probe.choose(context, now);
    return probed ?? this.choose(context, now);
  }

  private choose(context: PickContext, now: number): Member | undefined {
    const { table } = this.division;
    const group = table.choose(context);
    const candidate = group?.strategy.pick(context, now) as Member | undefined;
    if (candidate !== undefined && group !== undefined && isAllowed(candidate, group, context)) {
      return candidate;
    }
    return chooseElsewhere({ division: this.division, settings: this.settings, group, context, now });
  }

  private async shutDown(): Promise<void> {
    // Those who are told of the end, below, must see a cluster that is closed.
    await Promise.resolve();
    const error = new EvenkeelError('ERR_EVENKEEL_CLOSED', `cluster "${this.name}" is closed`);
    this.warm[Symbol.dispose]();
    for (const member of this.members.all()) this.members.remove(member.endpoint);
    this.division.refresh();
    await Promise.all([this.membership.close(error), this.judge.close()]);
    this.division[Symbol.dispose]();
  }

  private loadOf(member: Member): number | undefined {
    try {
      return member.group?.strategy.loadOf?.(member, this.now());
    } catch (error) {
      this.failed('strategy.loadOf', error);
      return undefined;
    }
  }

  private nobody(): EvenkeelError {
    const { table, counts } = this.division;
    return nobody({
      name: this.name,
      closed: this.closed !== undefined,
      discovery: this.membership.discoveryState().state,
      counts,
      candidates: table.groups.flatMap((group) => group.members),
      strategy: this.strategy.name,
    });
  }

  private failed(source: string, error: unknown): void {
    this.events.emit({ type: 'backgroundFailed', source, error });
  }
}
