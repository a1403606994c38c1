import type { Endpoint, Outcome } from '@evenkeel/core';

/*
 * What a tracer is told by a proxy, and what it gives it. Structural: `createProxy({ tracer })` of `@evenkeel/proxy` takes it.
 */

/** Follows the exchanges of proxies. */
export interface ProxyTracer {
  /** Undefined where there is nobody to trace for: the exchange is left as it is then. */
  exchangeStarted(exchange: TracedExchange): ProxyTrace | undefined;
}

/** Follows one exchange. */
export interface ProxyTrace {
  readonly traceId: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  attemptStarted(attempt: TracedAttempt, url: TracedUrl): Readonly<Record<string, string>>;
  attemptEnded(attempt: TracedAttempt, outcome: Outcome): void;
  exchangeEnded(event: TracedEnd): void;
}

/** An exchange that begins. */
export interface TracedExchange {
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
  readonly remoteAddress: string | undefined;
  readonly encrypted: boolean;
}

/** A try at one endpoint. */
export interface TracedAttempt {
  readonly cluster: string;
  readonly endpoint: Pick<Endpoint, 'id' | 'host' | 'port'>;
  readonly attempt: number;
  readonly hedge: boolean;
}

/** Where a try is sent. */
export interface TracedUrl {
  /** Scheme and address, such as `https://10.0.0.1:8443`. */
  readonly origin: string;
  /** After rewrites, with the query. */
  readonly path: string;
}

/** How the exchange ended. */
export interface TracedEnd {
  readonly host: string | undefined;
  /** Behind trusted proxies. */
  readonly clientAddress: string | undefined;
  readonly route: string | undefined;
  readonly cluster: string | undefined;
  readonly status: number;
  readonly reason: string | undefined;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly cacheStatus: string | undefined;
}
