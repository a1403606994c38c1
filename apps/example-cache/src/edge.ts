import { type CacheStore, cache, createCacheStore } from '@evenkeel/cache';
import { redisCacheDriver } from '@evenkeel/cache-redis';
import { createCluster, staticDiscovery } from '@evenkeel/core';
import { createProxy } from '@evenkeel/proxy';
import { roundRobin } from '@evenkeel/strategies';
import { request } from 'undici';

/** A proxy with a cache, as one of several that share a Redis. */
export interface Edge extends AsyncDisposable {
  readonly store: CacheStore;
  /** Asks the proxy as a client would. */
  get(path: string): Promise<Answer>;
}

/** What a client sees of an answer. */
export interface Answer {
  readonly text: string;
  /** What the cache says of it: RFC 9211. */
  readonly cacheStatus: string;
}

/** Starts a proxy in front of a service. */
export async function startEdge(
  name: string,
  { origin, redis, prefix }: { readonly origin: string; readonly redis: string; readonly prefix: string },
): Promise<Edge> {
  const store = createCacheStore({
    driver: redisCacheDriver({ url: redis }),
    prefix, // the same for all that share
    timeoutMs: 1_000, // patient, as this is a show; the default is 25 ms
  });
  const shop = createCluster({ name: 'shop', discovery: staticDiscovery([origin]), strategy: roundRobin() });
  const proxy = createProxy({
    name,
    routes: [{ cluster: 'shop', cache: cache({ store, name }) }],
    clusters: [shop],
  });
  const { port } = await proxy.listen({ port: 0, host: '127.0.0.1' });
  return {
    store,
    async get(path) {
      // Clients know both proxies by one name; a response is stored for the Host that was asked.
      const { headers, body } = await request(`http://127.0.0.1:${port}${path}`, {
        headers: { host: 'shop.example.com' },
      });
      return { text: await body.text(), cacheStatus: String(headers['cache-status']) };
    },
    async [Symbol.asyncDispose]() {
      await proxy.close({ graceMs: 1_000 });
      await Promise.all([shop.close(), store.close()]);
    },
  };
}
