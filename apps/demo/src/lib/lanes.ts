import type { Cluster, EndpointInput, Strategy } from '@evenkeel/core';
import { createCluster, staticDiscovery } from '@evenkeel/core';
import { createHttpClient, httpHealthCheck } from '@evenkeel/http-client';
import { createProxy } from '@evenkeel/proxy';
import { Agent, Pool } from 'undici';
import { type Lane, lane } from './lane.ts';

/** The three ways to the same backends, and what to close after. */
export interface Lanes extends AsyncDisposable {
  readonly client: Lane;
  readonly proxy: Lane;
  readonly naive: Lane;
  /** The clusters behind the first two. */
  readonly clusters: readonly Cluster[];
}

/** Opens a balanced client, a proxy with a plain client in front, and a round robin without health checks. */
export async function openLanes(
  endpoints: readonly EndpointInput[],
  strategy: () => Strategy,
): Promise<Lanes> {
  const cluster = (name: string): Cluster =>
    createCluster({
      name,
      discovery: staticDiscovery(endpoints),
      strategy: strategy(),
      healthCheck: {
        checker: httpHealthCheck({ path: '/healthz' }),
        intervalMs: 1_000,
        unhealthyIntervalMs: 250,
      },
    });
  const [forClient, forProxy] = [cluster('client'), cluster('proxy')];
  await Promise.all([forClient.ready(), forProxy.ready()]);

  const client = createHttpClient({ clusters: { backends: forClient } });
  const proxy = createProxy({
    clusters: { backends: forProxy },
    routes: [{ match: {}, cluster: 'backends' }],
  });
  const { port } = await proxy.listen({ port: 0, host: '127.0.0.1' });
  const toProxy = new Pool(`http://127.0.0.1:${port}`);
  const agent = new Agent();
  const addresses = endpoints.map(({ address }) => `http://${address}`);
  let turn = 0;

  return {
    clusters: [forClient, forProxy],
    client: lane('balanced client', async (method) => {
      const { statusCode, body } = await client.request({ origin: 'http://backends', path: '/work', method });
      await body.dump();
      return statusCode;
    }),
    proxy: lane('through the proxy', async (method) => {
      const { statusCode, body } = await toProxy.request({ path: '/work', method });
      await body.dump();
      return statusCode;
    }),
    naive: lane('round robin, no checks', async (method) => {
      const origin = addresses[turn++ % addresses.length] ?? '';
      const { statusCode, body } = await agent.request({ origin, path: '/work', method });
      await body.dump();
      return statusCode;
    }),
    async [Symbol.asyncDispose]() {
      await Promise.all([client.close(), toProxy.close(), agent.destroy()]);
      await proxy.close();
      await Promise.all([forClient.close(), forProxy.close()]);
    },
  };
}
