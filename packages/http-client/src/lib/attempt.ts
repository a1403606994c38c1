import type { Duplex } from 'node:stream';
import type { Clock, Endpoint, LoadReport, Outcome, PickResult } from '@evenkeel/core';
import { type Dispatcher, errors } from 'undici';
import { type HeldResponse, hold } from './held-response.ts';
import type { AttemptInfo } from './request-observer.ts';
import type { ResponseHeaders } from './retry-after.ts';

/** The request that an attempt is for. An attempt that has ended tells it nothing more. */
export interface AttemptOwner {
  readonly cluster: string;
  readonly clock: Clock;
  /** An interim response (RFC 9110 §15.2). */
  attemptInformed(
    attempt: Attempt,
    statusCode: number,
    headers: ResponseHeaders,
    statusMessage?: string,
  ): void;
  attemptAnswered(
    attempt: Attempt,
    statusCode: number,
    headers: ResponseHeaders,
    statusMessage?: string,
  ): void;
  attemptReceived(attempt: Attempt, chunk: Buffer): void;
  attemptCompleted(attempt: Attempt, trailers: ResponseHeaders): void;
  attemptUpgraded(attempt: Attempt, statusCode: number, headers: ResponseHeaders, socket: Duplex): void;
  attemptFailed(attempt: Attempt, error: Error): void;
  /** Called exactly once, after the pick is done. */
  attemptEnded(attempt: Attempt, outcome: Outcome): void;
  /** The caller's handler, for what concerns neither retries nor outcomes. */
  readonly handler: Dispatcher.DispatchHandler;
}

/** Bytes of an unwanted response to read, so that its connection can serve again; a longer one costs the connection. */
const MAX_DRAINED_BYTES = 65_536;
/** How long that may take, in ms. */
const MAX_DRAIN_MS = 1_000;

/** What an attempt given up before it was sent throws at undici: that frees the request but neither socket nor body. */
const GIVEN_UP = new errors.RequestAbortedError('the attempt was given up before it was sent');

/** One try at one endpoint: a pick, and undici's handler for it. Its pick is done exactly once, whatever happens. */
export class Attempt implements Dispatcher.DispatchHandler, AttemptInfo {
  readonly attempt: number;
  readonly hedge: boolean;
  readonly startedAt: number;
  controller: Dispatcher.DispatchController | undefined = undefined;
  /** Whether bytes of the request may have reached the endpoint. */
  sent = false;
  /** Of the final response. */
  statusCode: number | undefined = undefined;
  loadReport: LoadReport | undefined = undefined;
  held: HeldResponse | undefined = undefined;
  timer: Disposable | undefined = undefined;
  ended = false;
  private readonly owner: AttemptOwner;
  private readonly pick: PickResult;
  private drainedBytes = 0;

  constructor(owner: AttemptOwner, pick: PickResult, attempt: number, hedge: boolean, startedAt: number) {
    this.owner = owner;
    this.pick = pick;
    this.attempt = attempt;
    this.hedge = hedge;
    this.startedAt = startedAt;
  }

  get cluster(): string {
    return this.owner.cluster;
  }

  get endpoint(): Endpoint {
    return this.pick.endpoint;
  }

  /** A copy that may be kept. */
  info(): AttemptInfo {
    const { cluster, endpoint, attempt, hedge } = this;
    return { cluster, endpoint, attempt, hedge };
  }

  /** The first byte of the final response is here. */
  answered(statusCode: number, loadReport: LoadReport | undefined): void {
    this.statusCode = statusCode;
    this.loadReport = loadReport;
    this.timer?.[Symbol.dispose]();
    this.timer = undefined;
    this.pick.responseStarted();
  }

  /** Keeps the response back while it is decided whether it is wanted. */
  hold(statusCode: number, headers: ResponseHeaders, statusMessage?: string): void {
    this.held = hold(statusCode, headers, statusMessage);
    this.controller?.pause();
  }

  /** Reports the outcome and lets nothing more through. */
  end(kind: Outcome['kind'], error?: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.timer?.[Symbol.dispose]();
    const { statusCode, loadReport } = this;
    // What nearly all attempts have to tell comes without spreading.
    const outcome: Outcome =
      statusCode !== undefined && error === undefined && loadReport === undefined
        ? { kind, statusCode }
        : {
            kind,
            ...(statusCode === undefined ? undefined : { statusCode }),
            ...(error === undefined ? undefined : { error }),
            ...(loadReport === undefined ? undefined : { loadReport }),
          };
    this.pick.done(outcome);
    this.owner.attemptEnded(this, outcome);
  }

  /** As {@link Attempt.end}, for a response that nobody wants: what is left of it is read off, within limits. */
  discard(kind: Outcome['kind']): void {
    if (this.ended) return;
    const { held } = this;
    this.held = undefined;
    this.end(kind);
    if (held?.trailers !== undefined || held?.error !== undefined) return;
    this.timer = this.owner.clock.setTimer(() => this.controller?.abort(GIVEN_UP), MAX_DRAIN_MS);
    this.controller?.resume();
  }

  /** As {@link Attempt.end}, and breaks off the exchange with the endpoint. */
  cancel(kind: Outcome['kind'], reason: Error, error?: Error): void {
    if (this.ended) return;
    this.held = undefined;
    this.end(kind, error);
    this.controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.ended) throw GIVEN_UP;
    this.controller = controller;
    this.sent = true;
  }

  onBodySent(chunk: Buffer): void {
    if (!this.ended) this.owner.handler.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    if (!this.ended) this.owner.handler.onRequestSent?.();
  }

  onResponseStarted(): void {
    if (!this.ended) this.owner.handler.onResponseStarted?.();
  }

  onRequestUpgrade(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: ResponseHeaders,
    socket: Duplex,
  ): void {
    this.controller = controller;
    if (this.ended) socket.destroy();
    else this.owner.attemptUpgraded(this, statusCode, headers, socket);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: ResponseHeaders,
    statusMessage?: string,
  ): void {
    if (this.ended) return;
    this.controller = controller;
    if (statusCode < 200) this.owner.attemptInformed(this, statusCode, headers, statusMessage);
    else this.owner.attemptAnswered(this, statusCode, headers, statusMessage);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.held !== undefined) this.held.chunks.push(chunk);
    else if (!this.ended) this.owner.attemptReceived(this, chunk);
    else {
      this.drainedBytes += chunk.length;
      if (this.drainedBytes > MAX_DRAINED_BYTES && !controller.aborted) controller.abort(GIVEN_UP);
    }
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: ResponseHeaders): void {
    if (this.held !== undefined) this.held.trailers = trailers;
    else if (!this.ended) this.owner.attemptCompleted(this, trailers);
    else this.timer?.[Symbol.dispose]();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null | undefined, error: Error): void {
    if (this.held !== undefined) this.held.error = error;
    else if (!this.ended) this.owner.attemptFailed(this, error);
    else this.timer?.[Symbol.dispose]();
  }
}
