import type { Outcome, PickContext, PickResult } from '@evenkeel/core';
import { Attempt, type AttemptOwner } from './attempt.ts';
import type { Downstream } from './downstream.ts';
import { type AttemptEvent, attemptChannel } from './events.ts';
import { notifyObserver } from './notify-observer.ts';
import type { Dispatch, RequestContext } from './request-context.ts';
import type { RequestPlan } from './request-plan.ts';
import type { Upstream } from './upstream.ts';

/** The request as its attempts and timers see it. */
export interface AttemptsOwner extends AttemptOwner {
  /** The attempt cannot be made anywhere: the error is the caller's. */
  attemptRejected(attempt: Attempt, error: Error): void;
  attemptTimedOut(attempt: Attempt): void;
}

/** Picks endpoints for one request and starts its attempts. */
export class Attempts {
  /** Those that have not ended. */
  readonly live: Attempt[] = [];
  private readonly shared: RequestContext;
  private readonly upstream: Upstream;
  private readonly plan: RequestPlan;
  private readonly dispatch: Dispatch;
  private readonly owner: AttemptsOwner;
  private readonly downstream: Downstream;
  private tried: Set<string> | undefined = undefined;

  constructor(
    shared: RequestContext,
    upstream: Upstream,
    plan: RequestPlan,
    dispatch: Dispatch,
    owner: AttemptsOwner,
    downstream: Downstream,
  ) {
    this.shared = shared;
    this.upstream = upstream;
    this.plan = plan;
    this.dispatch = dispatch;
    this.owner = owner;
    this.downstream = downstream;
  }

  /** @throws NoEndpointsError or OverloadedError, as the cluster does */
  first(): void {
    const { hashKey } = this.plan;
    this.begin(this.upstream.cluster.pick(hashKey === undefined ? undefined : { hashKey }), false);
  }

  /** Picks for another attempt, an endpoint not tried yet where there is one; undefined when none can be picked. */
  pickAnother(): PickResult | undefined {
    const { hashKey } = this.plan;
    const { endpoint, attempts } = this.downstream;
    this.tried ??= new Set(endpoint === undefined ? [] : [endpoint.id]);
    const context: PickContext = {
      exclude: this.tried,
      attempt: attempts,
      ...(hashKey === undefined ? undefined : { hashKey }),
    };
    try {
      return this.upstream.cluster.pick(context);
    } catch {
      return undefined;
    }
  }

  wasTried(pick: PickResult): boolean {
    return this.tried?.has(pick.endpoint.id) === true;
  }

  begin(pick: PickResult, hedge: boolean): void {
    const { downstream, shared, plan } = this;
    const attempt = new Attempt(this.owner, pick, downstream.attempts, hedge, shared.clock.now());
    downstream.attempts += 1;
    downstream.endpoint = pick.endpoint;
    this.tried?.add(pick.endpoint.id);
    this.live.push(attempt);
    this.notifyStarted(attempt);
    const { perTryTimeoutMs } = plan.policy;
    if (perTryTimeoutMs > 0) {
      attempt.timer = shared.clock.setTimer(() => this.owner.attemptTimedOut(attempt), perTryTimeoutMs);
    }
    const target = this.upstream.target(pick.endpoint, plan.scheme);
    const own =
      plan.observer?.attemptHeaders === undefined ? undefined : this.headersOf(attempt, target.origin);
    try {
      this.dispatch(plan.attemptOptions.next(target, plan.body, plan.remainingMs(shared), own), attempt);
    } catch (error) {
      if (!attempt.ended) this.owner.attemptRejected(attempt, error as Error);
    }
  }

  ended(attempt: Attempt, outcome: Outcome): void {
    const index = this.live.indexOf(attempt);
    if (index === this.live.length - 1) this.live.pop();
    else if (index >= 0) this.live.splice(index, 1);
    const { shared } = this;
    const { observer } = this.plan;
    if (shared.observer !== undefined || observer !== undefined) {
      notifyObserver(() => shared.observer?.attemptEnded?.(attempt, outcome));
      notifyObserver(() => observer?.attemptEnded?.(attempt, outcome));
    }
    if (!attemptChannel.hasSubscribers) return;
    const durationMs = shared.clock.now() - attempt.startedAt;
    const event: AttemptEvent = { ...attempt.info(), outcome, durationMs };
    attemptChannel.publish(event);
  }

  private headersOf(attempt: Attempt, origin: string): Readonly<Record<string, string>> | undefined {
    let headers: Readonly<Record<string, string>> | undefined;
    const { attemptOptions, observer } = this.plan;
    notifyObserver(() => {
      headers = observer?.attemptHeaders?.(attempt, { origin, path: attemptOptions.path });
    });
    return headers;
  }

  private notifyStarted(attempt: Attempt): void {
    const { shared } = this;
    const { observer } = this.plan;
    if (shared.observer === undefined && observer === undefined) return;
    notifyObserver(() => shared.observer?.attemptStarted?.(attempt));
    notifyObserver(() => observer?.attemptStarted?.(attempt));
  }
}
