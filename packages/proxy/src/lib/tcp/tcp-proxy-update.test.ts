import { createCluster } from '@evenkeel/core';
import { manualDiscovery } from '@evenkeel/core/testing';
import { expect, it } from 'vitest';
import { inOrder } from '../testing/in-order.ts';
import { untilClosed, untilEnd, untilLength } from '../testing/socket-text.ts';
import { orderedCluster, startTcpProxy } from '../testing/start-tcp-proxy.ts';
import { tcpEndpoint } from '../testing/tcp-endpoint.ts';

it('new connections go by the new options, open ones end with the old', async () => {
  await using first = await tcpEndpoint();
  await using second = await tcpEndpoint();
  await using before = orderedCluster(first.address);
  await using after = orderedCluster(second.address);
  await using proxy = await startTcpProxy({ cluster: before });
  const old = proxy.client();
  old.write('x');
  await untilLength(old, 1);
  const { ended } = proxy.proxy.update({ cluster: after, maxConnections: 2 });
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const next = proxy.client();
  next.write('y');
  await untilLength(next, 1);
  expect(second.sockets).toHaveLength(1);
  // Those of before count as well.
  expect(await untilClosed(proxy.client().resume())).toBe('reset');
  expect(isOver).toBe(false);
  old.end('z');
  expect(await untilEnd(old)).toBe('z');
  await ended;
  expect(proxy.proxy.active).toBe(1);
  next.end();
  expect(await proxy.ended(1)).toMatchObject({ endpoint: second.address });
  expect(await proxy.ended(0)).toMatchObject({ endpoint: first.address, reason: undefined });
});

it('refuses options that cannot be used, and goes on as before', async () => {
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(endpoint.address);
  await using proxy = await startTcpProxy({ cluster });
  expect(() => proxy.proxy.update({})).toThrow('cluster: got undefined');
  expect(() => proxy.proxy.update({ cluster, maxConnections: 0 })).toThrow('maxConnections: got 0');
  const client = proxy.client();
  client.end('x');
  expect(await untilEnd(client)).toBe('x');
  await proxy.proxy.close();
  expect(() => proxy.proxy.update({ cluster })).toThrow('the proxy is closed');
});

it('goes on to watch the endpoints of connections of before', async () => {
  await using endpoint = await tcpEndpoint();
  await using other = await tcpEndpoint();
  const discovery = manualDiscovery([endpoint.address, other.address]);
  await using cluster = createCluster({ name: 'db', discovery, strategy: inOrder() });
  await using proxy = await startTcpProxy({ cluster, goneEndpoints: 'close' });
  const client = proxy.client();
  client.write('x');
  await untilLength(client, 1);
  const { ended } = proxy.proxy.update({ cluster });
  discovery.push([other.address]);
  expect(await untilClosed(client.resume())).toBe('reset');
  await ended;
  expect(await proxy.ended(0)).toMatchObject({ reason: 'endpoint-gone' });
});
