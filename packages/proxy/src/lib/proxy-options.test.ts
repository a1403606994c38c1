import { createCluster, isEvenkeelError, staticDiscovery } from '@evenkeel/core';
import { roundRobin } from '@evenkeel/strategies';
import { expect, it } from 'vitest';
import { createProxy } from './proxy.ts';
import type { ProxyOptions } from './proxy-options.ts';

// What TypeScript refuses, plain JavaScript passes.
it.each<[object, string]>([
  [{ routes: undefined }, 'routes: got undefined, expected a list of routes, at least 1'],
  [{ routes: [] }, 'routes: got an array, expected a list of routes, at least 1'],
  [
    { routes: [{ cluster: 'api', cache: {} }] },
    'routes[0].cache: got an object, expected an interceptor, such as cache({ store }) of @evenkeel/cache',
  ],
  [{ routes: [{ cluster: 'api', cache: () => undefined }] }, 'routes[0].cache: got a function, expected'],
  [
    { client: { cache: () => undefined } },
    'client.cache: got a function, expected nothing: give routes a cache',
  ],
  [{ clusters: undefined }, 'clusters: got undefined, expected clusters by name, or a list of clusters'],
  [{ upgrades: 'websocket' }, 'upgrades: got "websocket", expected a list of protocols'],
  [{ trustedProxies: '::1' }, 'trustedProxies: got "::1", expected a list of IP addresses and networks'],
  [{ name: 'a b' }, 'name: got "a b", expected a token'],
  [{ trustedProxy: ['::1'] }, 'trustedProxy: got an array, expected no such option'],
  [{ connections: { maxHeaderSize: 1 } }, 'connections.maxHeaderSize: got 1, expected no such option'],
  [
    { clientCertificateHeader: 'a b' },
    'clientCertificateHeader: got "a b", expected a name of a field such as "x-user"',
  ],
  [
    { clientCertificateHeader: 'Transfer-Encoding' },
    'clientCertificateHeader: got "Transfer-Encoding", expected a name of a field such as "x-user"',
  ],
  [{ maxHeaders: 0 }, 'maxHeaders: got 0, expected an integer of at least 1'],
])('refuses %j', async (options, message) => {
  await using cluster = createCluster({
    name: 'api',
    discovery: staticDiscovery(['127.0.0.1:1']),
    strategy: roundRobin(),
  });
  let error: unknown;
  try {
    createProxy({ routes: [{ cluster: 'api' }], clusters: [cluster], ...options } as ProxyOptions);
  } catch (thrown) {
    error = thrown;
  }
  expect(isEvenkeelError(error, 'ERR_EVENKEEL_INVALID_OPTIONS')).toBe(true);
  expect((error as Error).message).toContain(message);
});
