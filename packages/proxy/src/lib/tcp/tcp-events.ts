import type { Reason } from '../errors/reason.ts';

/** A TCP connection has reached an endpoint. */
export interface ConnectionOpened {
  readonly type: 'connectionOpened';
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** The name that the TLS client asks for, where it was looked for. */
  readonly serverName: string | undefined;
  readonly cluster: string;
  readonly endpoint: string;
  /** Endpoints tried, this one included. */
  readonly attempts: number;
  /** From the accepted connection to that of the endpoint, in ms. */
  readonly connectMs: number;
}

/** What became of one TCP connection that was accepted. */
export interface ConnectionEnded {
  readonly type: 'connectionEnded';
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly serverName: string | undefined;
  /** Undefined when it was routed nowhere. */
  readonly cluster: string | undefined;
  /** The id of the endpoint that it reached, or tried last. */
  readonly endpoint: string | undefined;
  readonly attempts: number;
  /** Bytes from the client to the endpoint, without a PROXY header. */
  readonly bytesReceived: number;
  /** Bytes from the endpoint to the client. */
  readonly bytesSent: number;
  /** From the accepted connection to that of the endpoint, in ms; undefined when none was reached. */
  readonly connectMs: number | undefined;
  /** From the accepted connection to its end, in ms. */
  readonly durationMs: number;
  /** Why the connection was broken off; undefined when both sides ended it in order. */
  readonly reason: Reason | undefined;
  /** The error behind the reason. */
  readonly error: unknown;
}
