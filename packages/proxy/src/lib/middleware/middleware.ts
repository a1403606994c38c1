import type { Failure } from '../errors/reason.ts';
import type { Exchange, RawHeaders, RequestBody, ResponseWriter } from '../exchange.ts';
import type { HeaderFields } from '../headers/header-fields.ts';
import type { PathMatch } from '../routing/path-pattern.ts';

/**
 * One step between the route of a request and its cluster. It changes the request and calls `next`, at once or later, or
 * answers itself; it must do one of the two. What it throws, or rejects with, is answered 500.
 *
 * @param next passes the request on; further calls, and calls after an answer, do nothing
 */
export type Middleware = (request: RoutedRequest, next: () => void) => void | Promise<void>;

/** A request that has found its route, as middleware sees and changes it before it goes upstream. */
export interface RoutedRequest {
  /** What the client sent, unchanged. */
  readonly exchange: Exchange;
  /** The name of the route; undefined where none matched, and the answer will be 404. */
  readonly route: string | undefined;
  /** What the route has matched of the path: its prefix and its parameters. */
  readonly matched: PathMatch;
  /** The host the client named: lower case, without port; undefined when it named none. */
  readonly hostname: string | undefined;
  /** The address of the client, as far as it can be believed. */
  readonly clientAddress: string | undefined;
  /** The method to send. */
  method: string;
  /** Path and query to send. */
  path: string;
  /** The fields to send, `Host`, `Via` and `X-Forwarded-*` included. A `Content-Length` among them is that of the body. */
  readonly headers: HeaderFields;
  /** The content to send; undefined for none. */
  body: RequestBody | undefined;
  /** The cluster to send to; undefined where no route has one. */
  cluster: string | undefined;
  /** Requests with the same key go to the same endpoint, under strategies that look at keys. */
  hashKey: string | undefined;
  /** The id of the endpoint that answers; undefined before it does, and where none was asked, as for hits of a cache. */
  readonly endpoint: string | undefined;
  /** Takes the answer, whoever gives it: put one of {@link wrapResponse} in its place to see or change it. */
  response: ResponseWriter;
  /** Whether the exchange is over, or has been answered. */
  readonly done: boolean;
  /** Answers with a small response. */
  respond(status: number, headers: RawHeaders, body?: Uint8Array | string): void;
  /** Answers with an error in the form of the proxy's own. */
  fail(failure: Failure, error?: unknown): void;
  /** Changes the head of the answer, the proxy's own error answers included; not that of a switch to another protocol (101). */
  onResponse(change: (head: ResponseHead) => void): void;
  /** Calls back once when the exchange is over; at once when it already is. */
  onEnd(callback: (complete: boolean) => void): void;
}

/** The head of a final response before it is sent. */
export interface ResponseHead {
  status: number;
  readonly headers: HeaderFields;
}
