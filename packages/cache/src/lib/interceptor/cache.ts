import type { Dispatcher } from 'undici';
import type { Dispatch } from '../undici-types.ts';
import { type CacheOptions, cacheSettings } from './cache-options.ts';
import { kindOf, readRequest } from './cache-request.ts';
import { Downstream } from './downstream.ts';
import { Exchange } from './exchange.ts';
import { Flights } from './flights.ts';
import { passThrough } from './pass-through.ts';

/**
 * A shared cache as an undici interceptor: `new Agent().compose(cache({ store: createCacheStore() }))`. It follows RFC 9111,
 * RFC 5861, RFC 9211 and RFC 9213. Compose it after `balance`, so that it sees the cluster's name and not the endpoint's.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function cache(options: CacheOptions): Dispatcher.DispatcherComposeInterceptor {
  const settings = cacheSettings(options);
  const flights = new Flights(settings.now);
  return (dispatch: Dispatch): Dispatch => {
    const parts = { settings, flights, dispatch };
    return (request, handler) => {
      const read =
        request.upgrade || request.method === 'CONNECT'
          ? undefined
          : readRequest(request, settings.honourRequest);
      if (read === undefined) return dispatch(request, handler);
      const kind = kindOf(read);
      if (kind === 'cacheable') return new Exchange(parts, read, new Downstream(handler)).run();
      return dispatch(request, passThrough(read, handler, settings, kind === 'bypass' ? 'bypass' : 'method'));
    };
  };
}
