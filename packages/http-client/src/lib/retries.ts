import { type Backoff, fullJitterBackoff, type PickResult, type RetryBudget } from '@evenkeel/core';
import type { Attempt } from './attempt.ts';
import type { Attempts } from './attempts.ts';
import { type RetryEvent, retryChannel } from './events.ts';
import type { RetryPolicy } from './policy.ts';
import type { RequestContext } from './request-context.ts';
import type { RequestPlan } from './request-plan.ts';
import { wait } from './wait.ts';

/** The request that is sent again. */
export interface RetriesOwner {
  /** Goes on with another pick in place of a failed attempt. */
  replace(failed: Attempt, pick: PickResult): void;
  /** Nothing could be picked after a wait. */
  deliver(failed: Attempt, reason: Error | number): void;
}

/**
 * The retries of one request. The first goes at once to an endpoint that was not tried yet; the others, and those that
 * find no such endpoint, wait with full jitter, and as long as a tried endpoint asked for by `Retry-After`.
 */
export class Retries {
  private readonly shared: RequestContext;
  private readonly plan: RequestPlan;
  private readonly policy: RetryPolicy;
  private readonly budget: RetryBudget;
  private readonly attempts: Attempts;
  private readonly owner: RetriesOwner;
  private backoff: Backoff | undefined = undefined;
  private done = 0;
  private retryAfterAt = 0;
  private waiting: Disposable | undefined = undefined;

  constructor(
    shared: RequestContext,
    plan: RequestPlan,
    policy: RetryPolicy,
    budget: RetryBudget,
    attempts: Attempts,
    owner: RetriesOwner,
  ) {
    this.shared = shared;
    this.plan = plan;
    this.policy = policy;
    this.budget = budget;
    this.attempts = attempts;
    this.owner = owner;
  }

  /**
   * Retries if the request may be sent again, and there are retries and a budget left.
   *
   * @param failed the last attempt, ended or with its response held
   * @param reason its error or its status code
   * @param retryAfterMs how long its endpoint asked to be left alone
   * @returns false when there is no retry, and the failure is the caller's
   */
  retry(failed: Attempt, reason: Error | number, retryAfterMs = 0): boolean {
    const { policy, plan, attempts } = this;
    if (this.done >= policy.maxRetries) return false;
    if (!plan.body.replayable || (failed.sent && !plan.idempotent)) return false;
    const now = this.shared.clock.now();
    this.retryAfterAt = Math.max(this.retryAfterAt, now + retryAfterMs);
    if (!this.budget.tryWithdraw()) {
      this.publish(failed, reason, 0, false);
      return false;
    }
    this.done += 1;
    if (this.done > 1) return this.later(failed, reason, this.delayMs());
    const pick = attempts.pickAnother();
    if (pick === undefined) return false;
    if (attempts.wasTried(pick)) {
      pick[Symbol.dispose]();
      return this.later(failed, reason, Math.max(this.delayMs(), this.retryAfterAt - now));
    }
    this.publish(failed, reason, 0, true);
    this.owner.replace(failed, pick);
    return true;
  }

  /** Ends a wait. */
  cancel(): void {
    this.waiting?.[Symbol.dispose]();
    this.waiting = undefined;
  }

  private later(failed: Attempt, reason: Error | number, delayMs: number): boolean {
    const { shared, policy, plan } = this;
    const longestMs = Math.max(policy.maxRetryAfterMs, policy.backoffMaxMs);
    if (delayMs > longestMs || delayMs >= plan.remainingMs(shared)) return false;
    this.publish(failed, reason, delayMs, true);
    this.waiting = wait(shared.clock, delayMs, () => this.now(failed, reason));
    return true;
  }

  private now(failed: Attempt, reason: Error | number): void {
    this.waiting = undefined;
    const pick = this.attempts.pickAnother();
    if (pick === undefined) {
      this.owner.deliver(failed, reason);
      return;
    }
    const askedMs = this.retryAfterAt - this.shared.clock.now();
    if (askedMs > 0 && this.attempts.wasTried(pick)) {
      pick[Symbol.dispose]();
      if (!this.later(failed, reason, askedMs)) this.owner.deliver(failed, reason);
    } else this.owner.replace(failed, pick);
  }

  private delayMs(): number {
    const { backoffBaseMs: baseMs, backoffMaxMs: maxMs } = this.policy;
    this.backoff ??= fullJitterBackoff({ baseMs, maxMs, random: this.shared.random });
    return this.backoff.next();
  }

  private publish(failed: Attempt, reason: Error | number, delayMs: number, withinBudget: boolean): void {
    if (!retryChannel.hasSubscribers) return;
    const { cluster } = failed;
    const event: RetryEvent = { cluster, failed: failed.info(), reason, delayMs, withinBudget };
    retryChannel.publish(event);
  }
}
