import { createCluster, staticDiscovery } from '@evenkeel/core';
import { rendezvous } from '@evenkeel/strategies';
import { expect, it } from 'vitest';
import { untilEnd } from '../testing/socket-text.ts';
import { orderedCluster, startTcpProxy } from '../testing/start-tcp-proxy.ts';
import { tcpEndpoint } from '../testing/tcp-endpoint.ts';
import type { TcpProxyOptions } from './tcp-options.ts';
import { createTcpProxy } from './tcp-proxy.ts';

it.each<[object, string]>([
  [{}, 'cluster: got undefined, expected a cluster'],
  [{ cluster: 'db' }, 'cluster: got "db", expected a cluster, or an object with one'],
  [{ cluster: { cluster: {} } }, 'cluster.cluster: got an object, expected a cluster'],
  [{ cluster: { clust: 1 } }, 'cluster.clust: got 1, expected no such option: did you mean "cluster"?'],
  [{ proxyProtocol: 'v3' }, 'cluster.proxyProtocol: got "v3", expected one of "v1", "v2"'],
  [{ serverNames: { 'a b': {} } }, 'serverNames: got "a b", expected names such as'],
  [{ idleTimeout: 1 }, 'idleTimeout: got 1, expected no such option: did you mean "idleTimeoutMs"?'],
  [{ idleTimeoutMs: -1 }, 'idleTimeoutMs: got -1, expected a number of at least 0'],
  [{ maxConnections: 0 }, 'maxConnections: got 0, expected a number of at least 1'],
  [{ goneEndpoints: 'kill' }, 'goneEndpoints: got "kill", expected one of "drain", "close"'],
  [{ hashKey: 'x' }, 'hashKey: got "x", expected a function'],
  [{ retry: { maxRetries: 0.5 } }, 'retry.maxRetries: got 0.5, expected an integer'],
  [{ retry: { budget: {} } }, 'retry.budget: got an object, expected a retry budget'],
])('refuses %j', async (wrong, message) => {
  await using cluster = orderedCluster('127.0.0.1:1');
  const target = 'proxyProtocol' in wrong ? { cluster, ...wrong } : cluster;
  const { proxyProtocol: _, ...rest } = wrong as { proxyProtocol?: unknown };
  const whole = Object.keys(wrong).length === 0 ? {} : { cluster: target, ...rest };
  expect(() => createTcpProxy(whole as TcpProxyOptions)).toThrow(message);
});

it.each<[unknown, string]>([
  [{}, 'proxyProtocol.from: got undefined, expected a list of IP addresses and networks'],
  [{ from: [] }, 'proxyProtocol.from: got an array, expected a list of IP addresses and networks'],
  [{ from: ['x'] }, 'proxyProtocol.from[0]: got "x", expected an IP address'],
  [{ from: ['::1'], others: 'drop' }, 'proxyProtocol.others: got "drop", expected one of "close", "plain"'],
  [{ from: ['::1'], timeoutMs: 0 }, 'proxyProtocol.timeoutMs: got 0, expected a number of at least 1'],
  [{ form: ['::1'] }, 'proxyProtocol.form: got an array, expected no such option'],
])('refuses to listen with %j', async (proxyProtocol, message) => {
  await using cluster = orderedCluster('127.0.0.1:1');
  await using proxy = createTcpProxy({ cluster });
  const where = { port: 0, host: '127.0.0.1', proxyProtocol: proxyProtocol as { from: string[] } };
  await expect(proxy.listen(where)).rejects.toThrow(message);
});

it('keeps clients at an endpoint by their address, or by any key', async () => {
  const endpoints = await Promise.all(Array.from({ length: 4 }, () => tcpEndpoint()));
  const discovery = staticDiscovery(endpoints.map(({ address }) => address));
  await using cluster = createCluster({ name: 'db', discovery, strategy: rendezvous() });
  await using proxy = await startTcpProxy({ cluster });
  await using fixed = await startTcpProxy({ cluster, hashKey: () => 'the same for all' });
  const addresses = Array.from({ length: 12 }, (_, n) => `127.0.1.${n + 1}`);
  const visit = async (to: typeof proxy, address: string): Promise<string | undefined> => {
    const seen = to.events.filter(({ type }) => type === 'connectionEnded').length;
    const client = to.client(address);
    client.end('x');
    await untilEnd(client);
    return (await to.ended(seen)).endpoint;
  };
  const twice: (string | undefined)[][] = [];
  for (const address of addresses) twice.push([await visit(proxy, address), await visit(proxy, address)]);
  for (const [first, second] of twice) expect(first).toBe(second);
  expect(new Set(twice.map(([first]) => first)).size).toBeGreaterThan(1);
  const all = new Set<string | undefined>();
  for (const address of addresses) all.add(await visit(fixed, address));
  expect(all.size).toBe(1);
  await Promise.all(endpoints.map((endpoint) => endpoint[Symbol.asyncDispose]()));
});

it('does not end TLS, and says so', async () => {
  await using cluster = orderedCluster('127.0.0.1:1');
  await using proxy = createTcpProxy({ cluster });
  const where: object = { tls: { certificates: [] } };
  await expect(proxy.listen({ port: 0, ...where })).rejects.toThrow(
    'tls: got an object, expected no such option',
  );
});

it('takes any balancer', async () => {
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(endpoint.address);
  await cluster.ready();
  await using proxy = await startTcpProxy({ cluster: { pick: (context) => cluster.pick(context) } });
  const client = proxy.client();
  client.end('x');
  expect(await untilEnd(client)).toBe('x');
  expect(await proxy.ended(0)).toMatchObject({ cluster: 'tcp', endpoint: endpoint.address });
});
