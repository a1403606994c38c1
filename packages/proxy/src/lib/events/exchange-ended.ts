import type { Reason } from '../errors/reason.ts';

/** What became of one exchange. Published when the last byte of the response is on its way, or the exchange broke. */
export interface ExchangeEnded {
  readonly type: 'exchangeEnded';
  readonly method: string;
  /** As the client named it, port included; undefined when it named none, or none that is valid. */
  readonly host: string | undefined;
  /** The request target as received. */
  readonly target: string;
  /** The peer's address: that of the last proxy in front, where there is one; by its PROXY header, where there is one. */
  readonly remoteAddress: string | undefined;
  /** The address of the client: the last, seen from here, that is not a trusted proxy's. */
  readonly clientAddress: string | undefined;
  /** The id that went upstream; undefined where requests get none. */
  readonly requestId: string | undefined;
  /** The route's name; undefined when none matched. */
  readonly route: string | undefined;
  readonly cluster: string | undefined;
  /** The id of the endpoint that answered, or was tried last. */
  readonly endpoint: string | undefined;
  /** Tries at endpoints, retries and hedges included. */
  readonly attempts: number;
  /** The status sent; where none was, 499 when the client had gone and 503 when the proxy was closed. */
  readonly status: number;
  /** Why the proxy answered itself or broke the exchange off; undefined for a whole response of the upstream. */
  readonly reason: Reason | undefined;
  /** The error behind the reason, for logs; never shown to clients. */
  readonly error: unknown;
  /** From the end of the request's headers to the end of the exchange, in ms. */
  readonly durationMs: number;
}
