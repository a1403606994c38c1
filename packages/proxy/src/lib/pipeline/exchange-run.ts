import type { Clock, Rostered } from '@evenkeel/core';
import { errorResponse } from '../errors/error-response.ts';
import { type Failure, failure, type KnownReason, type Reason } from '../errors/reason.ts';
import type { CacheOutcome } from '../events/cache-outcome.ts';
import type { ExchangeEnded } from '../events/exchange-ended.ts';
import { ExchangeRecord } from '../events/exchange-record.ts';
import type { ProxyEvents } from '../events/proxy-events.ts';
import { quietly } from '../events/quietly.ts';
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
  /** The address of the client behind trusted proxies. */
  clientAddress: string | undefined;
  /** Undefined where requests get none. */
  requestId: string | undefined;
  /** The authority of the request, once it is known to be valid. */
  host: string | undefined;
  status = 0;
  upstream: UpstreamHalf | undefined;
  /** What is noted for the event; undefined when nobody wants it. */
  readonly record: ExchangeRecord | undefined;
  private writer: ResponseWriter;
  private endings: ((complete: boolean) => void)[] | undefined;
  private reason: Reason | undefined;
  private error: unknown;
  private readonly context: RunContext;
  private readonly startedAt: number;

  constructor(exchange: Exchange, context: RunContext) {
    this.exchange = exchange;
    this.context = context;
    this.startedAt = context.clock.now();
    const { events, clock } = context;
    const trace = events.tracer && quietly(() => events.tracer?.exchangeStarted(exchange));
    this.record =
      trace !== undefined || events.wanted
        ? new ExchangeRecord(exchange.response, clock, this.startedAt, trace)
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
    else if (this.endings === undefined) this.endings = [callback];
    else this.endings.push(callback);
  }

  /**
   * Answers with a failure, and lets go of the upstream if it was asked already; where a response is under way, breaks that
   * off instead.
   */
  fail(failure: Failure, error?: unknown): void {
    const { response } = this;
    this.reason ??= failure.reason;
    this.error ??= error;
    this.upstream?.abort();
    if (response.started) {
      response.abort();
      return;
    }
    const { headers, body } = errorResponse(failure);
    try {
      this.answer(failure.status, headers, body);
    } catch (fault) {
      this.failPlainly(fault);
    }
  }

  /** Answers with a small response that is no failure. */
  answer(status: number, headers: readonly string[], body?: Uint8Array): void {
    const { response, exchange } = this;
    this.status = status;
    response.start(status, '', headers);
    if (body !== undefined && exchange.method !== 'HEAD') response.write(body);
    response.end();
  }

  /** Answers 500 past all that stands before the transport's writer, as that cannot take an answer. */
  private failPlainly(fault: unknown): void {
    this.error ??= fault;
    this.reason = 'internal';
    this.response = this.record ?? this.exchange.response;
    if (this.response.started) {
      this.response.abort();
      return;
    }
    const { status, ...rest } = failure('internal');
    const { headers, body } = errorResponse({ status, ...rest });
    this.answer(status, headers, body);
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
    for (const ended of this.endings ?? []) {
      try {
        ended(complete);
      } catch (error) {
        this.error ??= error;
      }
    }
    context.ended(this);
    const { wanted } = context.events;
    if (!wanted && record?.trace === undefined) return;
    const reason = this.reason ?? (complete ? undefined : 'client-gone');
    const event: ExchangeEnded = {
      type: 'exchangeEnded',
      method: exchange.method,
      host: this.host,
      target: exchange.target,
      remoteAddress: exchange.remoteAddress,
      clientAddress: this.clientAddress,
      requestId: this.requestId,
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
      traceId: record?.trace?.traceId,
    };
    record?.ended(event);
    if (wanted) context.events.emit(event);
  }
}
