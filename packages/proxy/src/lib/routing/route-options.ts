import type { HedgeOptions, RetryOptions } from '@evenkeel/http-client';
import type { Dispatcher } from 'undici';
import type { MirrorOptions } from '../actions/mirror.ts';
import type { RedirectOptions } from '../actions/redirect.ts';
import type { RespondOptions } from '../actions/respond.ts';
import type { RewriteOptions } from '../actions/rewrite.ts';
import type { WeightedCluster } from '../actions/split.ts';
import type { HeaderRules } from '../headers/header-rules.ts';
import type { Middleware } from '../middleware/middleware.ts';

/** One rule for requests: which they are, and what becomes of them. It has one of `cluster`, `split`, `redirect` and `respond`. */
export interface RouteOptions {
  /** @default every request */
  readonly match?: RouteMatch;
  /** The name of the cluster that answers. */
  readonly cluster?: string;
  /** Clusters that share the requests by weight, such as a canary of 5 %. */
  readonly split?: readonly WeightedCluster[];
  /** Sends the client elsewhere. */
  readonly redirect?: RedirectOptions;
  /** A fixed answer. */
  readonly respond?: RespondOptions;
  /** Another path or host for the upstream. @default as received */
  readonly rewrite?: RewriteOptions;
  /** Changes the fields of requests on their way upstream, after all middleware. @default none */
  readonly requestHeaders?: HeaderRules;
  /** Changes the fields of every answer on this route but a switch to another protocol (101), after all middleware and in the proxy's own errors too. @default none */
  readonly responseHeaders?: HeaderRules;
  /** Sends a copy of the requests to another cluster, whose answers nobody sees. @default none */
  readonly mirror?: MirrorOptions;
  /** Appears in events. @default host and path of the match, such as `*.example.com/api` */
  readonly name?: string;
  /**
   * Answers requests of this route before they are balanced, such as `cache({ store })` of `@evenkeel/cache`. It sees
   * `http://<cluster>/…`, with the Host of the client's request among the fields. Routes may share one. Its store stays the
   * caller's. What it did is `cacheStatus` of the controller that it gives to handlers: RFC 9211 as an object. @default none
   */
  readonly cache?: Dispatcher.DispatcherComposeInterceptor;
  /** What each request of the route goes through, in order, before its cache and its cluster. @default none */
  readonly middleware?: readonly Middleware[];
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

/**
 * What a request must look like. The most specific host wins, and within it the most specific path; of routes with the same
 * host and path the first whose conditions hold.
 */
export interface RouteMatch {
  /** A host name, `*.example.com` for any name below it, or `*`; the port does not count. @default '*' */
  readonly host?: string;
  /**
   * A prefix of whole segments: `/api` matches `/api` and `/api/x`, not `/apix`. A segment `:name` stands for any one segment.
   * Matched as it comes, neither decoded nor normalised. @default '/'
   */
  readonly path?: string;
  /** Whether nothing may follow the path. @default false */
  readonly exact?: boolean;
  /** Methods, in capital letters. @default any */
  readonly methods?: readonly string[];
  /** What fields must hold, by name. @default anything */
  readonly headers?: Readonly<Record<string, ValueMatch>>;
  /** What parameters of the query must hold, decoded, by name. @default anything */
  readonly query?: Readonly<Record<string, ValueMatch>>;
  /** What cookies must hold, by name. @default anything */
  readonly cookies?: Readonly<Record<string, ValueMatch>>;
}

/** An exact value; true for there being one and false for there being none; or a part of the value. Of several values one is enough. */
export type ValueMatch = string | boolean | ValuePart;

/** What a value must have, in one of these ways. */
export interface ValuePart {
  readonly prefix?: string;
  readonly suffix?: string;
  readonly contains?: string;
  /** As text it is compiled with the flag `u`. It runs on what clients send: mind its worst case. */
  readonly regex?: RegExp | string;
}
