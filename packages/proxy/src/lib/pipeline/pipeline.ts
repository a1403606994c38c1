import { type Clock, createRoster } from '@evenkeel/core';
import { failure } from '../errors/reason.ts';
import type { ProxyEvents } from '../events/proxy-events.ts';
import type { Exchange } from '../exchange.ts';
import { requestHeaders } from '../headers/request-headers.ts';
import type { TrustedPeers } from '../headers/trusted-peers.ts';
import type { Middleware } from '../middleware/middleware.ts';
import { runMiddleware } from '../middleware/run-middleware.ts';
import { checkRequest, type RequestLimits } from '../request/check-request.ts';
import { isLooping } from '../request/loop.ts';
import { decrementForwards, forwardsLeft } from '../request/max-forwards.ts';
import type { RouteTable } from '../routing/route-table.ts';
import { ExchangeRun } from './exchange-run.ts';
import { forwarder } from './forwarder.ts';
import type { RouteDispatch } from './route-dispatch.ts';
import { RoutedExchange } from './routed-exchange.ts';

/** The parts a pipeline is made of. */
export interface PipelineOptions {
  readonly routes: RouteTable;
  /** What requests go through that no route matches; those of routes have it in theirs. */
  readonly middleware: readonly Middleware[];
  /** Sends a request for `http://<cluster>/…` to an endpoint of that cluster. */
  readonly dispatch: RouteDispatch;
  /** Clusters whose requests carry the endpoint's own name in `Host`. */
  readonly ownHost: ReadonlySet<string>;
  /** In lower case. */
  readonly proxyName: string;
  readonly trusted: TrustedPeers;
  readonly limits: RequestLimits;
  readonly clock: Clock;
  readonly events: ProxyEvents;
}

/** Takes exchanges from any transport and answers each exactly once. */
export interface Pipeline {
  handle(exchange: Exchange): void;
  /** Exchanges that are not over yet, tunnels included. */
  readonly active: number;
  /** Resolves when no exchange is open. */
  idle(): Promise<void>;
  /** Breaks all open exchanges off. */
  abort(): void;
}

/** Builds the pipeline: check, route, rewrite fields, go through middleware, forward, relay. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { routes, middleware, dispatch, ownHost, proxyName, trusted, limits, clock, events } = options;
  const forward = forwarder(dispatch, ownHost);
  const active = createRoster<ExchangeRun>();
  const waiting: (() => void)[] = [];
  const context = {
    clock,
    events,
    ended(run: ExchangeRun): void {
      active.delete(run);
      if (active.size === 0) for (const resolve of waiting.splice(0)) resolve();
    },
  };

  return {
    handle(exchange) {
      const run = new ExchangeRun(exchange, context);
      active.add(run);
      const checked = checkRequest(exchange, limits);
      if (typeof checked === 'string') {
        run.fail(failure(checked));
        return;
      }
      const { authority, path } = checked;
      run.host = authority?.text;
      if (isLooping(exchange.rawHeaders, proxyName)) {
        run.fail(failure('loop-detected'));
        return;
      }
      const left = forwardsLeft(exchange);
      if (path === '*' || left === 0) {
        answerItself(run);
        return;
      }
      const route = routes.find(authority?.hostname, path, exchange);
      run.route = route;
      const headers = requestHeaders(exchange, {
        authority: authority?.text,
        proxyName,
        trusted: trusted(exchange.remoteAddress),
      });
      const request = new RoutedExchange(run, {
        route,
        hostname: authority?.hostname,
        path,
        headers: left === undefined ? headers : decrementForwards(headers, left),
      });
      runMiddleware(route?.middleware ?? middleware, request, () => {
        if (route === undefined)
          run.fail(failure(routes.serves(authority?.hostname) ? 'no-route' : 'host-not-served'));
        else forward(run, request, route);
      });
    },
    get active() {
      return active.size;
    },
    idle() {
      return active.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve));
    },
    abort() {
      for (const run of active.values()) run.breakOff('closing');
    },
  };
}

/** The last hop of OPTIONS and TRACE: this proxy itself (RFC 9110 §7.6.2, §9.3.7). */
function answerItself(run: ExchangeRun): void {
  if (run.exchange.method === 'TRACE') run.fail(failure('method-not-supported'));
  else run.answer(204, []);
}
