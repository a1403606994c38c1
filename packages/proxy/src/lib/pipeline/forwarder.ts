import type { RequestObserver, RequestSettings } from '@evenkeel/http-client';
import type { Route } from '../routing/route.ts';
import type { ExchangeRun } from './exchange-run.ts';
import { Forward } from './forward.ts';
import type { ForwardedOptions } from './forwarded-options.ts';
import type { RouteDispatch } from './route-dispatch.ts';
import type { RoutedExchange } from './routed-exchange.ts';

/** Sends a request that has come through its middleware to its cluster. */
export type Forwarder = (run: ExchangeRun, request: RoutedExchange, route: Route) => void;

/**
 * Makes what ends the way of a request through the pipeline.
 *
 * @param ownHost clusters whose requests carry the endpoint's own name in `Host`
 */
export function forwarder(dispatch: RouteDispatch, ownHost: ReadonlySet<string>): Forwarder {
  return (run, request, route) => {
    const { cluster = '', headers, hostname } = request;
    // A Host that middleware has set stays; without one whoever sends the request names the endpoint there.
    if (ownHost.has(cluster) && headers.get('host') === run.host && hostname !== undefined)
      headers.delete('host');
    const options: ForwardedOptions = {
      origin: `http://${cluster}`,
      path: request.path,
      method: request.method,
      headers: headers.raw as string[],
      evenkeel: settingsOf(route, request, run.record),
      clientAddress: request.clientAddress,
    };
    const body = route.mirror === undefined ? request.body : route.mirror(request);
    new Forward(run).send(dispatch(route.cache), options, body);
  };
}

/** The route's own object as long as nothing is added to it. */
function settingsOf(
  { settings }: Route,
  { hashKey }: RoutedExchange,
  observer: RequestObserver | undefined,
): RequestSettings | undefined {
  return hashKey === undefined && observer === undefined ? settings : { ...settings, hashKey, observer };
}
