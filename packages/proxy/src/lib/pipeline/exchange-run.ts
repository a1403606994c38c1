import type { Clock, Rostered } from '@evenkeel/core';
import { errorResponse } from '../errors/error-response.ts';
import { type Failure, failure, type KnownReason, type Reason } from '../errors/reason.ts';
import type { CacheOutcome } from '../events/cache-outcome.ts';
import { ExchangeRecord } from '../events/exchange-record.ts';
import type { ProxyEvents } from '../events/proxy-events.ts';
import type { Exchange, ResponseListener, ResponseWriter } from '../exchange.ts';
import type { Route } from '../routing/route.ts';

/** What all exchanges of a pipeline share. */
export interface RunContext {
  readonly clock: Clock;
  readonly events: ProxyEvents;
  /** Told when the exchange is over. */
  ended(run: ExchangeRun): void;
}

/** The upstream half of an exchange, as far as the downstream half steers it. */
export interface UpstreamHalf {
  /** The downstream can take more. */
  resume(): void;
  /** The exchange is over before the upstream was: let go of it at once. */
  abort(): void;
  readonly endpoint: string | undefined;
  readonly attempts: number;
  readonly cacheStatus: CacheOutcome | undefined;
}

/** One exchange on its way through the pipeline: writes the proxy's own answers and tells how it ended. */
export class ExchangeRun implements ResponseListener, Rostered {
  place = -1;
  readonly exchange: Exchange;
  route: Route | undefined;
  /** The cluster that the request goes to. */
  cluster: string | undefined;
  /** The authority of the request, once it is known to be valid. */
  host: string | undefined;
  status = 0;
  upstream: UpstreamHalf | undefined;
  /** What is noted for the event; undefined when nobody wants it. */
  readonly record: ExchangeRecord | undefined;
  private writer: ResponseWriter;
  private readonly endings: ((complete: boolean) => void)[] = [];
  private reason: Reason | undefined;
  private error: unknown;
  private readonly context: RunContext;
  private readonly startedAt: number;

  constructor(exchange: Exchange, context: RunContext) {
    this.exchange = exchange;
    this.context = context;
    this.startedAt = context.clock.now();
    this.record = context.events.wanted
      ? new ExchangeRecord(exchange.response, context.clock, this.startedAt)
      : undefined;
    this.writer = this.record ?? exchange.response;
    this.writer.listen(this);
  }

  /** Takes the answer: the transport's writer, behind whatever middleware has put before it. */
  get response(): ResponseWriter {
    return this.writer;
  }

  set response(writer: ResponseWriter) {
    this.writer = writer;
    writer.listen(this);
  }

  /** Calls back once when the exchange is over; at once when it already is. */
  onEnd(callback: (complete: boolean) => void): void {
    if (this.exchange.response.closed) callback(false);
    else this.endings.push(callback);
  }

  /**
   * Answers with a failure, and lets go of the upstream if it was asked already; where a response is under way, breaks that
   * off instead.
   */
  fail(failure: Failure, error?: unknown): void {
    const { response, exchange } = this;
    this.reason ??= failure.reason;
    this.error ??= error;
    this.upstream?.abort();
    if (response.started) {
      response.abort();
      return;
    }
    const { headers, body } = errorResponse(failure);
    this.status = failure.status;
    response.start(failure.status, '', headers);
    if (exchange.method !== 'HEAD') response.write(body);
    response.end();
  }

  /** Answers with a small response that is no failure. */
  answer(status: number, headers: readonly string[], body?: Uint8Array): void {
    const { response, exchange } = this;
    this.status = status;
    response.start(status, '', headers);
    if (body !== undefined && exchange.method !== 'HEAD') response.write(body);
    response.end();
  }

  /** Breaks the exchange off, whatever state it is in. */
  breakOff(reason: KnownReason): void {
    this.reason ??= reason;
    if (this.status === 0) this.status = failure(reason).status;
    this.response.abort();
  }

  drained(): void {
    this.upstream?.resume();
  }

  closed(complete: boolean): void {
    const { context, exchange, upstream, record } = this;
    if (!complete) upstream?.abort();
    for (const ended of this.endings) ended(complete);
    context.ended(this);
    if (!context.events.wanted) return;
    const reason = this.reason ?? (complete ? undefined : 'client-gone');
    context.events.emit({
      type: 'exchangeEnded',
      method: exchange.method,
      host: this.host,
      target: exchange.target,
      remoteAddress: exchange.remoteAddress,
      httpVersion: exchange.httpVersion,
      requestHeaders: exchange.rawHeaders,
      route: this.route?.name,
      cluster: this.cluster,
      endpoint: upstream?.endpoint,
      attempts: upstream?.attempts ?? 0,
      attemptLog: record?.attempts ?? [],
      cacheStatus: upstream?.cacheStatus,
      status: this.status === 0 ? failure('client-gone').status : this.status,
      reason,
      error: this.error,
      responseHeaders: record?.headers ?? [],
      requestBytes: exchange.body?.received ?? 0,
      responseBytes: record?.bytes ?? 0,
      firstByteMs: record?.firstByteMs,
      durationMs: context.clock.now() - this.startedAt,
    });
  }
}
