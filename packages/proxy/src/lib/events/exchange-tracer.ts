import type { AttemptInfo, AttemptUrl, RequestObserver } from '@evenkeel/http-client';
import type { Exchange } from '../exchange.ts';
import type { ExchangeEnded } from './exchange-ended.ts';

/** Follows exchanges for distributed tracing, such as `openTelemetry()` of `@evenkeel/telemetry`. */
export interface ExchangeTracer {
  /** Called for each exchange, before anything of it is looked at; undefined leaves it alone. */
  exchangeStarted(exchange: Exchange): ExchangeTrace | undefined;
}

/** Follows one exchange. What it throws reaches nobody but the process, as an uncaught exception. */
export interface ExchangeTrace {
  /** Part of the event, for logs. */
  readonly traceId: string;
  /** Fields of the request upstream, in place of those of the client; undefined leaves a field out. Names are in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /**
   * @param url where it is sent, after rewrites
   * @returns fields for this attempt alone
   */
  attemptStarted(attempt: AttemptInfo, url: AttemptUrl): Readonly<Record<string, string>> | undefined;
  attemptEnded(
    attempt: AttemptInfo,
    outcome: Parameters<NonNullable<RequestObserver['attemptEnded']>>[1],
  ): void;
  /** The last call, but for attempts that outlive their exchange. */
  exchangeEnded(event: ExchangeEnded): void;
}
