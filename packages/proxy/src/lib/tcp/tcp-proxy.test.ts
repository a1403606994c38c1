import { once } from 'node:events';
import { manualClock } from '@evenkeel/core/testing';
import { expect, it, vi } from 'vitest';
import { untilClosed, untilEnd, untilLength } from '../testing/socket-text.ts';
import { orderedCluster, startTcpProxy } from '../testing/start-tcp-proxy.ts';
import { tcpEndpoint } from '../testing/tcp-endpoint.ts';

it('joins a client and an endpoint, and tells what moved between them', async () => {
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(endpoint.address);
  await using proxy = await startTcpProxy({ cluster });
  const client = proxy.client();
  client.end('hello');
  expect(await untilEnd(client)).toBe('hello');
  const named = { remoteAddress: '127.0.0.1', remotePort: expect.any(Number), serverName: undefined };
  const where = { cluster: 'db', endpoint: endpoint.address, attempts: 1, connectMs: expect.any(Number) };
  expect(await proxy.event('connectionOpened')).toEqual({ type: 'connectionOpened', ...named, ...where });
  expect(await proxy.ended(0)).toEqual({
    type: 'connectionEnded',
    ...named,
    ...where,
    bytesReceived: 5,
    bytesSent: 5,
    durationMs: expect.any(Number),
    reason: undefined,
    error: undefined,
  });
  expect(proxy.proxy.active).toBe(0);
});

it('tells where it accepts connections, and how many are open there', async () => {
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(endpoint.address);
  await using proxy = await startTcpProxy({ cluster });
  const client = proxy.client();
  await proxy.event('connectionOpened');
  const where = { address: '127.0.0.1', port: proxy.port };
  expect(proxy.proxy.inspect()).toEqual({ active: 1, listeners: [{ ...where, connections: 1 }] });
  client.end();
  await proxy.ended(0);
  await vi.waitUntil(() => proxy.proxy.inspect().listeners[0]?.connections === 0);
  await proxy.proxy.close();
  expect(proxy.proxy.inspect()).toEqual({ active: 0, listeners: [] });
});

it('keeps one half open when the other has ended, in either direction', async () => {
  await using endpoint = await tcpEndpoint((socket) => void socket.resume());
  await using cluster = orderedCluster(endpoint.address);
  await using proxy = await startTcpProxy({ cluster });
  const asking = proxy.client();
  asking.end('question');
  const asked = await endpoint.connection(0);
  await once(asked, 'end');
  asked.end('answer');
  expect(await untilEnd(asking)).toBe('answer');

  const told = proxy.client();
  const teller = await endpoint.connection(1);
  teller.end('greeting');
  expect(await untilEnd(told)).toBe('greeting');
  const heard: string[] = [];
  teller.on('data', (chunk) => heard.push(String(chunk)));
  told.end('late');
  await once(teller, 'end');
  expect(heard.join('')).toBe('late');
  await proxy.ended(1);
  expect([await proxy.ended(0), await proxy.ended(1)].map(({ reason }) => reason)).toEqual([
    undefined,
    undefined,
  ]);
});

it('passes on what an endpoint sends before the client says anything', async () => {
  await using endpoint = await tcpEndpoint((socket) => void socket.write('220 ready'));
  await using cluster = orderedCluster(endpoint.address);
  await using proxy = await startTcpProxy({ cluster });
  expect(await untilLength(proxy.client(), 9)).toBe('220 ready');
});

it('counts a connection in flight until it has ended, and it succeeds then', async () => {
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(endpoint.address);
  await using proxy = await startTcpProxy({ cluster });
  const client = proxy.client();
  client.write('x');
  await untilLength(client, 1);
  const state = () => cluster.inspect().endpoints[0];
  expect(state()).toMatchObject({ inFlight: 1, pending: 0, successes: 0 });
  client.end();
  await proxy.ended(0);
  const { connectMs } = await proxy.event('connectionOpened');
  expect(state()).toMatchObject({ inFlight: 0, successes: 1, failures: 0 });
  // Latency is the time that it took to connect, whatever the connection lasted.
  expect(state()?.latencyMs).toBeLessThanOrEqual(connectMs);
});

it.each(['client', 'endpoint'] as const)('a reset of the %s resets the other side', async (who) => {
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(endpoint.address);
  await using proxy = await startTcpProxy({ cluster });
  const client = proxy.client();
  client.write('x');
  await untilLength(client, 1);
  const socket = await endpoint.connection(0);
  client.resume();
  const [breaks, other] = who === 'client' ? [client, socket] : [socket, client];
  breaks.resetAndDestroy();
  expect(await untilClosed(other)).toBe('reset');
  expect(await proxy.ended(0)).toMatchObject({
    reason: who === 'client' ? 'client-gone' : 'upstream-reset',
    error: expect.objectContaining({ code: 'ECONNRESET' }),
  });
  // It had answered: what broke later says nothing of its health.
  expect(cluster.inspect().endpoints[0]).toMatchObject({ successes: 1, failures: 0 });
});

it('an endpoint that resets before its first byte has failed', async () => {
  await using endpoint = await tcpEndpoint((socket) => socket.once('data', () => socket.resetAndDestroy()));
  await using cluster = orderedCluster(endpoint.address);
  await using proxy = await startTcpProxy({ cluster });
  const client = proxy.client().resume();
  client.write('x');
  expect(await untilClosed(client)).toBe('reset');
  expect(await proxy.ended(0)).toMatchObject({ reason: 'upstream-reset', bytesSent: 0 });
  expect(cluster.inspect().endpoints[0]).toMatchObject({ successes: 0, failures: 1, inFlight: 0 });
});

it('closes a connection on which nothing moves for too long, and no other', async () => {
  const clock = manualClock();
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(endpoint.address);
  await using proxy = await startTcpProxy({ cluster, clock, idleTimeoutMs: 60_000 });
  const [silent, busy] = [proxy.client(), proxy.client()];
  for (const client of [silent, busy]) {
    client.write('x');
    await untilLength(client, 1);
  }
  clock.advance(59_999);
  busy.write('y');
  await untilLength(busy, 1);
  clock.advance(1);
  expect(await untilClosed(silent.resume())).toBe('reset');
  expect(await proxy.ended(0)).toMatchObject({ reason: 'idle-timeout', durationMs: 60_000 });
  expect(proxy.proxy.active).toBe(1);
  clock.advance(59_999);
  expect(await untilClosed(busy.resume())).toBe('reset');
});

it('refuses connections beyond the limit until others have ended', async () => {
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(endpoint.address);
  await using proxy = await startTcpProxy({ cluster, maxConnections: 1 });
  const first = proxy.client();
  first.write('x');
  await untilLength(first, 1);
  expect(await untilClosed(proxy.client().resume())).toBe('reset');
  expect(await proxy.event('connectionRefused')).toMatchObject({ reason: 'too-many-connections' });
  first.end();
  await proxy.ended(0);
  const third = proxy.client();
  third.end('z');
  expect(await untilEnd(third)).toBe('z');
});

it('does not wait for the first snapshot for ever, and connects when it comes', async () => {
  const clock = manualClock();
  await using endpoint = await tcpEndpoint();
  let arrive = (): void => {};
  const cluster = orderedCluster(endpoint.address);
  await cluster.ready();
  const late = {
    name: 'late',
    pick: cluster.pick.bind(cluster),
    ready: ({ signal }: { signal?: AbortSignal } = {}) =>
      new Promise<void>((resolve, reject) => {
        arrive = resolve;
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  };
  await using proxy = await startTcpProxy({ cluster: late, clock, readyTimeoutMs: 1_000 });
  const first = proxy.client().resume();
  await vi.waitUntil(() => clock.pendingTimers > 0);
  clock.advance(1_000);
  expect(await untilClosed(first)).toBe('reset');
  expect(await proxy.ended(0)).toMatchObject({ cluster: 'late', reason: 'not-ready', attempts: 0 });
  const second = proxy.client();
  second.end('x');
  await vi.waitUntil(() => clock.pendingTimers > 0);
  arrive();
  expect(await untilEnd(second)).toBe('x');
  await cluster.close();
});

it('serves 1,000 connections at once, each with bytes of its own', { timeout: 30_000 }, async () => {
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(endpoint.address);
  await using proxy = await startTcpProxy({ cluster });
  const clients = Array.from({ length: 1_000 }, () => proxy.client());
  const word = (n: number): string => `connection ${String(n).padStart(4, '0')}`;
  clients.forEach((client, n) => {
    client.write(word(n));
  });
  const echoed = await Promise.all(clients.map((client, n) => untilLength(client, word(n).length)));
  expect(echoed).toEqual(clients.map((_, n) => word(n)));
  expect(cluster.inspect().endpoints[0]?.inFlight).toBe(1_000);
  expect(proxy.proxy.active).toBe(1_000);
  for (const client of clients) client.end();
  await proxy.ended(999);
  expect(cluster.inspect().endpoints[0]).toMatchObject({ inFlight: 0, successes: 1_000 });
  expect(proxy.proxy.active).toBe(0);
});
