import type { Reason } from '../errors/reason.ts';
import type { RawHeaders } from '../exchange.ts';
import type { CacheOutcome } from './cache-outcome.ts';
import type { ExchangeAttempt } from './exchange-attempt.ts';

/** What became of one exchange. Published when the last byte of the response is on its way, or the exchange broke. */
export interface ExchangeEnded {
  readonly type: 'exchangeEnded';
  readonly method: string;
  /** As the client named it, port included; undefined when it named none, or none that is valid. */
  readonly host: string | undefined;
  /** The request target as received. */
  readonly target: string;
  readonly remoteAddress: string | undefined;
  /** Of the client's protocol, such as `1.1`. */
  readonly httpVersion: string;
  /** The fields as received. */
  readonly requestHeaders: RawHeaders;
  /** The route's name; undefined when none matched. */
  readonly route: string | undefined;
  readonly cluster: string | undefined;
  /** The id of the endpoint that answered, or was tried last. */
  readonly endpoint: string | undefined;
  /** Tries at endpoints, retries and hedges included. */
  readonly attempts: number;
  /** Each of them, in the order in which they were made; empty for an exchange that began before anybody subscribed. */
  readonly attemptLog: readonly ExchangeAttempt[];
  /** What the cache of the route did; undefined where there is none. */
  readonly cacheStatus: CacheOutcome | undefined;
  /** The status sent; where none was, 499 when the client had gone and 503 when the proxy was closed. */
  readonly status: number;
  /** Why the proxy answered itself or broke the exchange off; undefined for a whole response of the upstream. */
  readonly reason: Reason | undefined;
  /** The error behind the reason, for logs; never shown to clients. */
  readonly error: unknown;
  /** The fields of the response as sent, without what the transport adds; empty where none was. */
  readonly responseHeaders: RawHeaders;
  /** Bytes of the request's content that were read. */
  readonly requestBytes: number;
  /** Bytes of the response's content. What goes through a tunnel is not counted. */
  readonly responseBytes: number;
  /** From the end of the request's headers to the head of the response, in ms; undefined where none was sent. */
  readonly firstByteMs: number | undefined;
  /** From the end of the request's headers to the end of the exchange, in ms. */
  readonly durationMs: number;
}
