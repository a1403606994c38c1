import {
  type Clock,
  type Cluster,
  checkKeys,
  createRoster,
  InvalidOptionsError,
  numberOption,
  type Random,
  type Roster,
  systemClock,
} from '@evenkeel/core';
import { type Dispatcher, errors } from 'undici';
import type { TransportLimits } from './attempt-error.ts';
import { BalancedRequest } from './balanced-request.ts';
import { hostOf, isCluster, routesOf } from './cluster-routes.ts';
import type { BalanceOptions, ClusterRoute } from './http-client-options.ts';
import { ROUTE_KEYS } from './known-options.ts';
import { dispatchLegacy, isLegacy } from './legacy-handler.ts';
import { checkObserver } from './notify-observer.ts';
import { resolvePolicy } from './policy.ts';
import type { Dispatch, OpenRequest, RequestContext } from './request-context.ts';
import type { RequestObserver } from './request-observer.ts';
import type { WithRequestSettings } from './request-policy.ts';
import { Upstream } from './upstream.ts';
import { type UpstreamUsage, upstreamUsage } from './upstream-usage.ts';

interface Destination {
  readonly upstream: Upstream;
  readonly scheme: 'http' | 'https';
}

const UNDICI_TIMEOUT_MS = 300_000;

/** What the interceptor and the client share: which requests are balanced, and all that those have in common. */
export class Engine implements RequestContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly readyTimeoutMs: number;
  readonly observer: RequestObserver | undefined;
  readonly limits: TransportLimits;
  /** Balanced requests that have not ended. */
  readonly open: Roster<OpenRequest> = createRoster();
  /** Called when the last open request has ended. */
  onIdle: (() => void) | undefined = undefined;
  private readonly destinations = new Map<string, Destination>();
  private readonly usages = new Map<Cluster, UpstreamUsage>();

  /**
   * @param before shares what it knows of the clusters that both have
   * @throws InvalidOptionsError naming the field
   */
  constructor(options: BalanceOptions, limits: Partial<TransportLimits> = {}, before?: Engine) {
    const { clock = systemClock, random = Math.random, observer } = options;
    this.clock = clock;
    this.random = random;
    this.observer = checkObserver('observer', observer);
    this.readyTimeoutMs = numberOption('readyTimeoutMs', options.readyTimeoutMs, 1_000, { max: 2 ** 31 - 1 });
    this.limits = {
      connectMs: limits.connectMs ?? 10_000,
      headersMs: limits.headersMs ?? UNDICI_TIMEOUT_MS,
      bodyIdleMs: limits.bodyIdleMs ?? UNDICI_TIMEOUT_MS,
    };
    const clientPolicy = resolvePolicy(options, undefined);
    for (const [key, field, entry] of routesOf(options.clusters)) {
      const host = hostOf(key, field);
      const route: ClusterRoute = isCluster(entry) ? { cluster: entry } : entry;
      checkKeys(field, route, ROUTE_KEYS);
      const policy = route === entry ? resolvePolicy(options, { field, policy: route }) : clientPolicy;
      const usage = before?.usages.get(route.cluster) ?? upstreamUsage(clock);
      this.usages.set(route.cluster, usage);
      const upstream = new Upstream(host, field, route, policy, usage);
      for (const scheme of ['http', 'https'] as const) {
        const origin = new URL(`${scheme}://${host}`).origin;
        if (this.destinations.has(origin)) {
          throw new InvalidOptionsError(field, key, 'a host that no other cluster has');
        }
        this.destinations.set(origin, { upstream, scheme });
      }
    }
  }

  /** Sends a request to its cluster, or hands it on untouched when its origin names none. */
  dispatch(
    dispatch: Dispatch,
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    if (isLegacy(handler)) {
      return dispatchLegacy((o, h) => this.dispatch(dispatch, o, h), options, handler);
    }
    const destination = this.destinationOf(options?.origin);
    if (destination === undefined) return dispatch(options, handler);
    if (typeof handler !== 'object' || handler === null || typeof handler.onResponseError !== 'function') {
      throw new errors.InvalidArgumentError('invalid onResponseError method');
    }
    const { upstream, scheme } = destination;
    const transport = upstream.dispatcher;
    let request: BalancedRequest;
    try {
      request = new BalancedRequest(this, upstream, {
        scheme,
        dispatch: transport === undefined ? dispatch : (o, h) => transport.dispatch(o, h),
        options: options as Dispatcher.DispatchOptions & WithRequestSettings,
        handler,
      });
    } catch (error) {
      handler.onResponseError(null as unknown as Dispatcher.DispatchController, error as Error);
      return false;
    }
    request.start();
    // A request waits in its own cluster, never for a drain event: back-pressure is the concurrency limits' task.
    return true;
  }

  opened(request: OpenRequest): void {
    this.open.add(request);
  }

  closed(request: OpenRequest): void {
    this.open.delete(request);
    if (this.open.size === 0) this.onIdle?.();
  }

  private destinationOf(origin: string | URL | undefined): Destination | undefined {
    if (origin === undefined || origin === null) return undefined;
    if (typeof origin !== 'string') return this.destinations.get(origin.origin);
    const known = this.destinations.get(origin);
    if (known !== undefined || isCanonical(origin)) return known;
    return URL.canParse(origin) ? this.destinations.get(new URL(origin).origin) : undefined;
  }
}

/** Whether an origin is written as a URL's own `origin` is, so that it need not be parsed. */
function isCanonical(origin: string): boolean {
  return /^https?:\/\/[a-z0-9.-]+(?::\d+)?$/.test(origin) && !/:(?:80|443)$/.test(origin);
}
