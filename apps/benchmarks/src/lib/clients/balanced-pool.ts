import { BalancedPool, interceptors } from 'undici';
import type { Contender } from './contender.ts';
import { sendThrough } from './send-through.ts';

/** How to set up undici's own balancer. What is left out stays at undici's defaults. */
export interface BalancedPoolOptions {
  readonly name: string;
  /** How long an endpoint may take to answer, in ms. */
  readonly headersTimeout?: number;
  /** Connections to each endpoint. */
  readonly connections?: number;
  /** Adds `interceptors.retry`, with waits short enough for a benchmark. */
  readonly retry?: boolean;
}

/** undici's own balancer, with what is useful to compare. */
export function balancedPool({ name, retry = false, ...options }: BalancedPoolOptions): Contender {
  return {
    name,
    async open(addresses) {
      const origins = addresses.map((address) => `http://${address}`);
      const pool = new BalancedPool(origins, options);
      const dispatcher = retry ? pool.compose(interceptors.retry({ maxRetries: 3, minTimeout: 10 })) : pool;
      const [origin = ''] = origins;
      return sendThrough(dispatcher, () => origin);
    },
  };
}
