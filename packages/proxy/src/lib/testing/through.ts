import type { Middleware } from '../middleware/middleware.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import { type RawUpstream, rawUpstream } from './raw-upstream.ts';
import { startProxy, type TestProxy } from './start-proxy.ts';

/** A proxy with one route, whose middleware is under test, in front of one upstream. */
export interface ThroughProxy extends TestProxy {
  readonly upstream: RawUpstream;
  readonly url: string;
}

/**
 * Starts an upstream and a proxy whose every request goes through the middleware.
 *
 * @param respond how the upstream answers @default 200 with the content `ok`
 */
export async function through(
  middleware: readonly Middleware[],
  respond: Parameters<typeof rawUpstream>[0] = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  options: Partial<ProxyOptions> = {},
): Promise<ThroughProxy> {
  const upstream = await rawUpstream(respond);
  const proxy = await startProxy([upstream.port], { routes: [{ cluster: 'api', middleware }], ...options });
  return {
    ...proxy,
    upstream,
    url: `http://127.0.0.1:${proxy.port}`,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}
