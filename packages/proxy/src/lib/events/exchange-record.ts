import type { Clock } from '@evenkeel/core';
import type { AttemptInfo, AttemptUrl, RequestObserver } from '@evenkeel/http-client';
import { classifyError } from '../errors/classify.ts';
import type { RawHeaders, ResponseListener, ResponseWriter } from '../exchange.ts';
import type { ExchangeAttempt } from './exchange-attempt.ts';
import type { ExchangeEnded } from './exchange-ended.ts';
import type { ExchangeTrace } from './exchange-tracer.ts';
import { quietly } from './quietly.ts';

type Outcome = Parameters<NonNullable<RequestObserver['attemptEnded']>>[1];

/**
 * What is noted of an exchange when somebody wants its event: it stands before the transport's writer and sees what is really sent,
 * and is told of the attempts. Nobody makes one otherwise.
 */
export class ExchangeRecord implements ResponseWriter, RequestObserver {
  /** The fields of the final response as they were sent. */
  headers: RawHeaders = [];
  /** Content, before the transport frames it. */
  bytes = 0;
  private readonly inner: ResponseWriter;
  private readonly clock: Clock;
  private readonly startedAt: number;
  private answeredAt = Number.NaN;
  private readonly tries: Try[] = [];
  readonly trace: ExchangeTrace | undefined;

  constructor(inner: ResponseWriter, clock: Clock, startedAt: number, trace: ExchangeTrace | undefined) {
    this.inner = inner;
    this.clock = clock;
    this.startedAt = startedAt;
    this.trace = trace;
  }

  /** From the start of the exchange to the head of its response, in ms; undefined when there was none. */
  get firstByteMs(): number | undefined {
    return Number.isNaN(this.answeredAt) ? undefined : this.answeredAt - this.startedAt;
  }

  get attempts(): readonly ExchangeAttempt[] {
    const now = this.clock.now();
    return this.tries.map((one) => one.told(this.startedAt, now));
  }

  attemptStarted(info: AttemptInfo): void {
    this.tries.push(new Try(info, this.tries.length > 0, this.clock.now()));
  }

  attemptEnded(info: AttemptInfo, outcome: Outcome): void {
    const one = this.tries.findLast((other) => other.info === info);
    if (one !== undefined) one.end(outcome, this.clock.now());
    quietly(() => this.trace?.attemptEnded(info, outcome));
  }

  attemptHeaders(info: AttemptInfo, url: AttemptUrl): Readonly<Record<string, string>> | undefined {
    return quietly(() => this.trace?.attemptStarted(info, url));
  }

  ended(event: ExchangeEnded): void {
    quietly(() => this.trace?.exchangeEnded(event));
  }

  get started(): boolean {
    return this.inner.started;
  }

  get closed(): boolean {
    return this.inner.closed;
  }

  listen(listener: ResponseListener): void {
    this.inner.listen(listener);
  }

  inform(status: number, headers: RawHeaders): void {
    this.inner.inform(status, headers);
  }

  start(status: number, reason: string, headers: RawHeaders): void {
    this.answered(headers);
    this.inner.start(status, reason, headers);
  }

  write(chunk: Uint8Array): boolean {
    this.bytes += chunk.length;
    return this.inner.write(chunk);
  }

  end(trailers?: RawHeaders): void {
    this.inner.end(trailers);
  }

  abort(): void {
    this.inner.abort();
  }

  switchProtocols(headers: RawHeaders): ReturnType<ResponseWriter['switchProtocols']> {
    this.answered(headers);
    return this.inner.switchProtocols(headers);
  }

  private answered(headers: RawHeaders): void {
    this.answeredAt = this.clock.now();
    this.headers = headers;
  }
}

/** One attempt as it is noted. */
class Try {
  readonly info: AttemptInfo;
  private readonly again: boolean;
  private readonly startedAt: number;
  private outcome: Outcome | undefined;
  private endedAt: number | undefined;

  constructor(info: AttemptInfo, again: boolean, startedAt: number) {
    this.info = info;
    this.again = again;
    this.startedAt = startedAt;
  }

  end(outcome: Outcome, now: number): void {
    this.outcome = outcome;
    this.endedAt = now;
  }

  told(beginning: number, now: number): ExchangeAttempt {
    const { info, again, startedAt, outcome, endedAt = now } = this;
    const error = outcome?.error;
    return {
      endpoint: info.endpoint.id,
      kind: info.hedge ? 'hedge' : again ? 'retry' : 'first',
      outcome: outcome?.kind,
      status: outcome?.statusCode,
      reason: error === undefined ? undefined : classifyError(error).reason,
      error,
      startedMs: startedAt - beginning,
      durationMs: endedAt - startedAt,
    };
  }
}
