import { isIP } from 'node:net';
import {
  type Cluster,
  choiceOption,
  type Endpoint,
  formatAddress,
  InvalidOptionsError,
  numberOption,
  type RetryBudget,
} from '@evenkeel/core';
import type { Dispatcher } from 'undici';
import type { ClusterRoute } from './http-client-options.ts';
import { Http2Dispatcher } from './http2/http2-dispatcher.ts';
import type { LatencyHistogram } from './latency-histogram.ts';
import type { Policy } from './policy.ts';
import type { UpstreamUsage } from './upstream-usage.ts';

/** Where an attempt goes, in undici's terms. */
export interface Target {
  readonly origin: string;
  /** Only for https. */
  readonly servername: string | undefined;
}

/** One cluster as the client uses it: its settings, and what its requests share. */
export class Upstream {
  readonly name: string;
  readonly cluster: Cluster;
  readonly policy: Policy;
  readonly dispatcher: Dispatcher | undefined;
  /** Whether endpoints may refuse a request that was sent, so that it may be sent again. */
  readonly refusable: boolean;
  readonly usage: UpstreamUsage;
  readonly budget: RetryBudget;
  readonly latency: LatencyHistogram;
  /** Undefined sends the endpoint's own. */
  readonly hostHeader: string | undefined;
  /** Whether `hostHeader` gives way to one set by the caller. */
  readonly hostHeaderYields: boolean;
  readonly maxRequests: number;
  readonly maxPendingRequests: number;
  /** Whether the first snapshot is in. */
  ready = false;
  private readonly protocol: 'http' | 'https' | undefined;
  private readonly servername: string | undefined;
  private readonly host: string;
  private readonly targets: { readonly [scheme in 'http' | 'https']: WeakMap<Endpoint, Target> } = {
    http: new WeakMap(),
    https: new WeakMap(),
  };
  private readonly waiting = new Set<(error?: Error) => void>();
  /** Why the cluster will never be ready. */
  private failure: { readonly error: Error } | undefined = undefined;

  /**
   * @param host the host of the URLs that go to this cluster
   * @param field the name that errors give the route
   * @throws InvalidOptionsError naming the field
   */
  constructor(host: string, field: string, route: ClusterRoute, policy: Policy, usage: UpstreamUsage) {
    const { cluster, servername, hostHeader = 'endpoint' } = route;
    if (typeof cluster?.pick !== 'function') {
      throw new InvalidOptionsError(`${field}.cluster`, cluster, 'a cluster');
    }
    if (servername !== undefined && (typeof servername !== 'string' || servername === '')) {
      throw new InvalidOptionsError(`${field}.servername`, servername, 'a host name');
    }
    if (typeof hostHeader !== 'string' || !/^[\w.:[\]-]+$/.test(hostHeader)) {
      throw new InvalidOptionsError(`${field}.hostHeader`, hostHeader, '"endpoint", "preserve" or a host');
    }
    if (route.dispatcher !== undefined && typeof route.dispatcher.dispatch !== 'function') {
      throw new InvalidOptionsError(`${field}.dispatcher`, route.dispatcher, 'a Dispatcher');
    }
    this.name = cluster.name;
    this.cluster = cluster;
    this.policy = policy;
    this.dispatcher = route.dispatcher;
    this.refusable = route.dispatcher instanceof Http2Dispatcher;
    this.usage = usage;
    this.budget = policy.retry?.budget ?? usage.budget;
    this.latency = usage.latency;
    const { protocol } = route;
    this.protocol = protocol && plainProtocol(`${field}.protocol`, protocol);
    this.servername = servername;
    this.host = host;
    this.hostHeader = hostHeader === 'endpoint' ? undefined : hostHeader === 'preserve' ? host : hostHeader;
    this.hostHeaderYields = hostHeader === 'endpoint' || hostHeader === 'preserve';
    const bounds = { min: 1, max: Number.POSITIVE_INFINITY };
    this.maxRequests = numberOption(`${field}.maxRequests`, route.maxRequests, bounds.max, bounds);
    this.maxPendingRequests = numberOption(
      `${field}.maxPendingRequests`,
      route.maxPendingRequests,
      bounds.max,
      bounds,
    );
    cluster.ready().then(
      () => {
        this.ready = true;
        this.release(undefined);
      },
      (error: Error) => {
        this.failure = { error };
        this.release(error);
      },
    );
  }

  /** Where a request with this scheme goes at this endpoint. */
  target(endpoint: Endpoint, scheme: 'http' | 'https'): Target {
    const protocol = this.protocol ?? scheme;
    const known = this.targets[protocol].get(endpoint);
    if (known !== undefined) return known;
    const target: Target = {
      origin: `${protocol}://${formatAddress(endpoint.host, endpoint.port)}`,
      servername: protocol === 'https' ? this.servernameOf(endpoint) : undefined,
    };
    this.targets[protocol].set(endpoint, target);
    return target;
  }

  /** Calls back once the first snapshot is in, or with the error that says it never will be. Disposing forgets the callback. */
  whenReady(callback: (error?: Error) => void): Disposable {
    const { failure } = this;
    if (failure === undefined) this.waiting.add(callback);
    else queueMicrotask(() => callback(failure.error));
    return { [Symbol.dispose]: () => void this.waiting.delete(callback) };
  }

  private release(error: Error | undefined): void {
    for (const callback of [...this.waiting]) {
      this.waiting.delete(callback);
      callback(error);
    }
  }

  /**
   * The same name for all requests to an endpoint: undici would take it from each request's Host header, and make a new
   * connection whenever that changes.
   */
  private servernameOf(endpoint: Endpoint): string | undefined {
    if (this.servername !== undefined) return this.servername;
    if (isIP(endpoint.host) === 0) return endpoint.host;
    const host = hostnameOf(this.host);
    return isIP(host) === 0 ? host : undefined;
  }
}

/** HTTP/2 needs connections of a kind of its own, which only a client makes. */
function plainProtocol(field: string, protocol: string): 'http' | 'https' {
  return choiceOption<'http' | 'https'>(field, protocol as 'http' | 'https', 'http', ['http', 'https']);
}

function hostnameOf(host: string): string {
  return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '');
}
