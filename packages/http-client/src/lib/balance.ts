import { checkKeys } from '@evenkeel/core';
import type { Dispatcher } from 'undici';
import { Engine } from './engine.ts';
import type { BalanceOptions } from './http-client-options.ts';
import { BALANCE_KEYS } from './known-options.ts';
import type { Dispatch } from './request-context.ts';

/**
 * An interceptor that sends requests to clusters: `new Agent().compose(balance({ clusters: { orders } }))` takes
 * `http://orders/…` to an endpoint of the cluster and everything else where it says. Compose caches after it, so that they
 * see the cluster's name and not the endpoint's.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function balance(options: BalanceOptions): Dispatcher.DispatcherComposeInterceptor {
  checkKeys('', options, BALANCE_KEYS);
  const engine = new Engine(options);
  return (dispatch: Dispatch): Dispatch =>
    (request, handler) =>
      engine.dispatch(dispatch, request, handler);
}
