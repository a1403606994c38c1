import type { HedgeOptions, RetryOptions } from '@evenkeel/http-client';
import type { Dispatcher } from 'undici';

/** One rule that sends requests to a cluster. */
export interface RouteOptions {
  /** @default every request */
  readonly match?: RouteMatch;
  /** The name of the cluster. */
  readonly cluster: string;
  /** Appears in events. @default host and path of the match, such as `*.example.com/api` */
  readonly name?: string;
  /**
   * Answers requests of this route before they are balanced, such as `cache({ store })` of `@evenkeel/cache`. It sees
   * `http://<cluster>/…`, with the Host of the client's request among the fields. Routes may share one. Its store stays the
   * caller's. What it did is `cacheStatus` of the controller that it gives to handlers: RFC 9211 as an object. @default none
   */
  readonly cache?: Dispatcher.DispatcherComposeInterceptor;
  /** When to send a request again; false never does. @default as the cluster or the client says */
  readonly retry?: RetryOptions | false;
  /** A second attempt while the first is slow. @default as the cluster or the client says */
  readonly hedge?: HedgeOptions | false;
  /** How long one attempt may take until its response headers, in ms; 0 sets no limit. @default as the cluster or the client says */
  readonly perTryTimeoutMs?: number;
  /** How long a request may take to the end of its response, in ms; 0 sets no limit. @default as the cluster or the client says */
  readonly overallTimeoutMs?: number;
  /** How long a response body may stand still, in ms; 0 sets no limit. @default as the cluster or the client says */
  readonly bodyIdleTimeoutMs?: number;
}

/** What a request must look like. The most specific host wins, and within it the longest path. */
export interface RouteMatch {
  /** A host name, `*.example.com` for any name below it, or `*`; the port does not count. @default '*' */
  readonly host?: string;
  /** A prefix of whole segments: `/api` matches `/api` and `/api/x`, not `/apix`. @default '/' */
  readonly path?: string;
}
