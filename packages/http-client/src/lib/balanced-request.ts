import type { Duplex } from 'node:stream';
import {
  type Clock,
  EvenkeelError,
  type Outcome,
  type PickResult,
  type RetryBudget,
  TimeoutError,
  withoutStack,
} from '@evenkeel/core';
import { type Dispatcher, errors } from 'undici';
import type { Attempt } from './attempt.ts';
import { attemptError, attemptName, isCallerError } from './attempt-error.ts';
import { Attempts, type AttemptsOwner } from './attempts.ts';
import { awaitCluster } from './await-cluster.ts';
import { Downstream, type DownstreamOwner } from './downstream.ts';
import { Hedges } from './hedges.ts';
import { loadReport } from './load-report.ts';
import type { Dispatch, RequestContext } from './request-context.ts';
import { RequestPlan } from './request-plan.ts';
import type { WithRequestSettings } from './request-policy.ts';
import { Retries, type RetriesOwner } from './retries.ts';
import { type ResponseHeaders, retryAfterMs } from './retry-after.ts';
import type { Upstream } from './upstream.ts';

/** A request as its caller handed it in, and the way to send it. */
export interface Call {
  readonly dispatch: Dispatch;
  readonly scheme: 'http' | 'https';
  readonly options: Dispatcher.DispatchOptions & WithRequestSettings;
  readonly handler: Dispatcher.DispatchHandler;
}

/**
 * One request to a cluster, from the caller's dispatch to the last call of its handler. At any time it waits, or has live
 * attempts, or has a winner: the attempt whose response goes to the caller.
 */
export class BalancedRequest implements AttemptsOwner, DownstreamOwner, RetriesOwner {
  readonly cluster: string;
  readonly clock: Clock;
  readonly handler: Dispatcher.DispatchHandler;
  place = -1;
  private readonly shared: RequestContext;
  private readonly upstream: Upstream;
  private readonly plan: RequestPlan;
  private readonly downstream: Downstream;
  private readonly attempts: Attempts;
  private readonly budget: RetryBudget;
  /** Made for the first failure. */
  private retries: Retries | undefined = undefined;
  private readonly hedges: Hedges | undefined = undefined;
  private winner: Attempt | undefined = undefined;
  private deadline: Disposable | undefined = undefined;
  private waiting: Disposable | undefined = undefined;
  private open = false;

  /** @throws InvalidOptionsError when the request's own settings are out of their range */
  constructor(shared: RequestContext, upstream: Upstream, call: Call) {
    const { handler } = call;
    const plan = new RequestPlan(shared, upstream, call.scheme, call.options, handler);
    const { retry, hedge } = plan.policy;
    this.budget = retry?.budget ?? upstream.budget;
    this.shared = shared;
    this.upstream = upstream;
    this.cluster = upstream.name;
    this.clock = shared.clock;
    this.handler = handler;
    this.plan = plan;
    this.downstream = new Downstream(upstream.name, handler, this);
    this.attempts = new Attempts(shared, upstream, plan, call.dispatch, this, this.downstream);
    if (hedge !== undefined) {
      this.hedges = new Hedges(shared, plan, hedge, this.budget, upstream.latency, this.attempts);
    }
    if (retry !== undefined || hedge !== undefined) this.budget.deposit();
  }

  start(): void {
    const { upstream, downstream, shared, plan } = this;
    downstream.start();
    if (downstream.ended) return;
    if (upstream.usage.open >= upstream.maxRequests) {
      const message = `cluster "${this.cluster}": ${upstream.maxRequests} requests are open`;
      downstream.fail(withoutStack(() => new EvenkeelError('ERR_EVENKEEL_OVERLOADED', message)));
      return;
    }
    this.open = true;
    upstream.usage.open += 1;
    shared.opened(this);
    if (plan.deadlineAt !== Number.POSITIVE_INFINITY) {
      this.deadline = shared.clock.setTimer(() => this.onDeadline(), plan.overallTimeoutMs);
    }
    if (upstream.ready) this.begin();
    else {
      this.waiting = awaitCluster(shared, upstream, (error) => {
        this.waiting = undefined;
        if (error === undefined) this.begin();
        else this.fail(error);
      });
    }
  }

  /** Ends the request with an error, and its attempts with it. */
  fail(error: Error): void {
    this.abandon(error);
    this.downstream.fail(error);
  }

  /** Gives up all attempts: nobody waits for them. */
  abandon(reason: Error): void {
    for (const attempt of this.attempts.live.slice()) {
      attempt.cancel(this.kindOf(attempt, 'cancelled'), reason);
    }
    this.close();
  }

  /** Sends the request on to the pick in place of an attempt that failed. */
  replace(failed: Attempt, pick: PickResult): void {
    failed.discard(this.kindOf(failed));
    this.attempts.begin(pick, false);
  }

  attemptInformed(
    attempt: Attempt,
    statusCode: number,
    headers: ResponseHeaders,
    statusMessage?: string,
  ): void {
    this.downstream.inform(attempt, statusCode, headers, statusMessage);
  }

  attemptAnswered(
    attempt: Attempt,
    statusCode: number,
    headers: ResponseHeaders,
    statusMessage?: string,
  ): void {
    const { policy } = this.plan;
    attempt.answered(statusCode, policy.loadReports ? loadReport(headers) : undefined);
    if (!policy.isFailure(statusCode)) this.hedges?.record(attempt);
    if (policy.retry?.statusCodes.has(statusCode) === true) {
      // With another attempt under way this response is not needed yet, and nothing would be left to hold it for.
      if (this.attempts.live.length > 1) {
        attempt.discard(this.kindOf(attempt));
        return;
      }
      attempt.hold(statusCode, headers, statusMessage);
      if (!this.retry(attempt, statusCode, retryAfterMs(headers))) this.deliver(attempt, statusCode);
      return;
    }
    this.win(attempt);
    this.downstream.answer(attempt, statusCode, headers, statusMessage);
  }

  attemptReceived(_attempt: Attempt, chunk: Buffer): void {
    this.downstream.data(chunk);
  }

  attemptCompleted(attempt: Attempt, trailers: ResponseHeaders): void {
    attempt.end(this.kindOf(attempt));
    this.close();
    this.downstream.end(attempt, trailers);
  }

  attemptUpgraded(attempt: Attempt, statusCode: number, headers: ResponseHeaders, socket: Duplex): void {
    attempt.answered(statusCode, undefined);
    this.win(attempt);
    // The request is over, but its attempt holds the endpoint until the tunnel is closed.
    socket.once('close', () => attempt.end(this.kindOf(attempt)));
    this.close();
    this.downstream.upgrade(attempt, statusCode, headers, socket);
  }

  attemptFailed(attempt: Attempt, error: Error): void {
    if (this.plan.body.failedWith(error) || isCallerError(error, this.plan.tunnel)) {
      this.attemptRejected(attempt, error);
      return;
    }
    attempt.end('failure', error);
    this.afterFailure(attempt, error);
  }

  attemptRejected(attempt: Attempt, error: Error): void {
    attempt.end(this.kindOf(attempt, 'cancelled'));
    this.fail(error);
  }

  attemptTimedOut(attempt: Attempt): void {
    if (attempt.ended) return;
    const { perTryTimeoutMs } = this.plan.policy;
    const error = withoutStack(() => new TimeoutError('per-try', perTryTimeoutMs, attemptName(attempt)));
    attempt.cancel('failure', error, error);
    this.afterFailure(attempt, error);
  }

  attemptEnded(attempt: Attempt, outcome: Outcome): void {
    this.attempts.ended(attempt, outcome);
  }

  private begin(): void {
    try {
      this.attempts.first();
    } catch (error) {
      this.fail(error as Error);
      return;
    }
    if (this.open && this.winner === undefined) this.hedges?.arm();
  }

  private afterFailure(attempt: Attempt, error: Error): void {
    if (attempt !== this.winner) {
      if (this.attempts.live.length > 0 || this.retry(attempt, error)) return;
    }
    this.deliver(attempt, error);
  }

  /** False when there is no retry. */
  private retry(failed: Attempt, reason: Error | number, retryAfterMs?: number): boolean {
    const { shared, plan } = this;
    const { retry } = plan.policy;
    if (retry === undefined) return false;
    this.retries ??= new Retries(shared, plan, retry, this.budget, this.attempts, this);
    return this.retries.retry(failed, reason, retryAfterMs);
  }

  /** From here on one response goes to the caller; the attempts beside it are given up. */
  private win(attempt: Attempt): void {
    this.winner = attempt;
    this.hedges?.cancel();
    const { live } = this.attempts;
    if (live.length === 1) return;
    for (const other of live.slice()) {
      if (other === attempt) continue;
      // It took at least this long: left out, the percentile would sink with every hedge that wins.
      this.hedges?.record(other);
      other.cancel('cancelled', new errors.RequestAbortedError('another attempt answered first'));
    }
  }

  /** Nothing better will come: the held response, or the error, goes to the caller. */
  deliver(attempt: Attempt, reason: Error | number): void {
    const { held } = attempt;
    const { downstream, plan } = this;
    if (held === undefined) {
      const safe = !downstream.answered && (plan.idempotent || !attempt.sent);
      this.fail(attemptError(attempt, reason as Error, safe, plan.limits(this.shared)));
      return;
    }
    attempt.held = undefined;
    this.win(attempt);
    downstream.answer(attempt, held.statusCode, held.headers, held.statusMessage);
    for (const chunk of held.chunks) downstream.data(chunk);
    if (attempt.ended) return;
    if (held.trailers !== undefined) this.attemptCompleted(attempt, held.trailers);
    else if (held.error !== undefined) this.attemptFailed(attempt, held.error);
    else if (!downstream.paused) attempt.controller?.resume();
  }

  private onDeadline(): void {
    const { live } = this.attempts;
    const last = this.winner ?? live.at(-1);
    const subject = last === undefined ? `cluster "${this.cluster}"` : attemptName(last);
    const error = withoutStack(() => new TimeoutError('overall', this.plan.overallTimeoutMs, subject));
    for (const attempt of live.slice()) {
      // An endpoint that has not answered by then has failed; one that has is only still being read.
      if (attempt.statusCode === undefined) attempt.cancel('failure', error, error);
    }
    this.fail(error);
  }

  /**
   * The outcome of an attempt that ends without an error of its own: once its status said that it failed, it failed.
   *
   * @param otherwise what it is when it did not fail
   */
  private kindOf({ statusCode }: Attempt, otherwise: Outcome['kind'] = 'success'): Outcome['kind'] {
    return statusCode !== undefined && this.plan.policy.isFailure(statusCode) ? 'failure' : otherwise;
  }

  /** Frees what the request itself holds; an attempt may go on as a tunnel. */
  private close(): void {
    this.waiting?.[Symbol.dispose]();
    this.waiting = undefined;
    this.retries?.cancel();
    this.hedges?.cancel();
    this.deadline?.[Symbol.dispose]();
    this.plan.body.close();
    if (!this.open) return;
    this.open = false;
    this.upstream.usage.open -= 1;
    this.shared.closed(this);
  }
}
