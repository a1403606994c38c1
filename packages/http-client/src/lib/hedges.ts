import type { RetryBudget } from '@evenkeel/core';
import type { Attempt } from './attempt.ts';
import type { Attempts } from './attempts.ts';
import { type HedgeEvent, hedgeChannel } from './events.ts';
import type { LatencyHistogram } from './latency-histogram.ts';
import type { HedgePolicy } from './policy.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestPlan } from './request-plan.ts';

/**
 * The hedges of one request: when no response came for as long as most take, another endpoint is asked as well. After
 * Dean & Barroso, "The Tail at Scale" (2013), and Finagle's BackupRequestFilter.
 */
export class Hedges {
  private readonly shared: RequestContext;
  private readonly plan: RequestPlan;
  private readonly policy: HedgePolicy;
  private readonly budget: RetryBudget;
  private readonly latency: LatencyHistogram;
  private readonly attempts: Attempts;
  private started = 0;
  private timer: Disposable | undefined = undefined;

  constructor(
    shared: RequestContext,
    plan: RequestPlan,
    policy: HedgePolicy,
    budget: RetryBudget,
    latency: LatencyHistogram,
    attempts: Attempts,
  ) {
    this.shared = shared;
    this.plan = plan;
    this.policy = policy;
    this.budget = budget;
    this.latency = latency;
    this.attempts = attempts;
  }

  /** Waits for the moment of the next hedge, if there is to be one. */
  arm(): void {
    const { policy, shared } = this;
    if (this.started >= policy.maxHedges || !this.plan.idempotent) return;
    const delayMs =
      policy.delayMs ?? this.latency.quantile(policy.percentile, shared.clock.now(), policy.minSamples);
    if (delayMs === undefined) return;
    this.timer = shared.clock.setTimer(() => this.hedge(), Math.max(delayMs, policy.minDelayMs));
  }

  cancel(): void {
    this.timer?.[Symbol.dispose]();
    this.timer = undefined;
  }

  /** Learns how long an attempt took to answer, or at least took until it was given up. */
  record(attempt: Attempt): void {
    const now = this.shared.clock.now();
    this.latency.record(now - attempt.startedAt, now);
  }

  private hedge(): void {
    this.timer = undefined;
    const { attempts } = this;
    const [slow] = attempts.live;
    // While a retry waits there is nothing to hedge; a body still being read cannot be sent twice at once.
    if (slow === undefined || slow.held !== undefined || !this.plan.body.shareable) return;
    if (!this.budget.tryWithdraw()) return;
    const pick = attempts.pickAnother();
    if (pick === undefined) return;
    if (attempts.wasTried(pick)) {
      pick[Symbol.dispose]();
      return;
    }
    this.started += 1;
    if (hedgeChannel.hasSubscribers) {
      const delayMs = this.shared.clock.now() - slow.startedAt;
      const { cluster } = slow;
      const event: HedgeEvent = { cluster, slow: slow.info(), endpoint: pick.endpoint, delayMs };
      hedgeChannel.publish(event);
    }
    attempts.begin(pick, true);
    this.arm();
  }
}
