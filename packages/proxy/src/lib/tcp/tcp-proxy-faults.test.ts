import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createCluster, retryBudget } from '@evenkeel/core';
import { manualClock, manualDiscovery } from '@evenkeel/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { inOrder } from '../testing/in-order.ts';
import { untilClosed, untilEnd, untilLength } from '../testing/socket-text.ts';
import { orderedCluster, startTcpProxy } from '../testing/start-tcp-proxy.ts';
import { tcpEndpoint } from '../testing/tcp-endpoint.ts';

const CHILD = `
const server = require('node:net').createServer((socket) => socket.on('error', () => {}).pipe(socket));
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => process.send(server.address().port));
`;
const children = new Set<ReturnType<typeof spawn>>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

/** An echo in a process of its own, whose system takes two connections more than it accepts. */
async function echoProcess() {
  const child = spawn(process.execPath, ['-e', CHILD], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  children.add(child);
  const [port] = (await once(child, 'message')) as [number];
  return { child, port, address: `127.0.0.1:${port}` };
}

/** A port on which nobody listens. */
async function deadAddress(): Promise<string> {
  const gone = await tcpEndpoint();
  await gone[Symbol.asyncDispose]();
  return gone.address;
}

it('connects to another endpoint when one refuses, and tells both', async () => {
  await using endpoint = await tcpEndpoint();
  const dead = await deadAddress();
  await using cluster = orderedCluster(dead, endpoint.address);
  await using proxy = await startTcpProxy({ cluster });
  const client = proxy.client();
  client.end('x');
  expect(await untilEnd(client)).toBe('x');
  expect(await proxy.ended(0)).toMatchObject({ endpoint: endpoint.address, attempts: 2, reason: undefined });
  expect(cluster.inspect().endpoints).toMatchObject([
    { id: dead, failures: 1, successes: 0, inFlight: 0 },
    { id: endpoint.address, failures: 0, successes: 1, inFlight: 0 },
  ]);
});

it('resets the client when no endpoint takes the connection', async () => {
  const dead = await deadAddress();
  await using cluster = orderedCluster(dead);
  await using proxy = await startTcpProxy({ cluster, random: () => 0 });
  expect(await untilClosed(proxy.client().resume())).toBe('reset');
  expect(await proxy.ended(0)).toMatchObject({
    endpoint: dead,
    attempts: 3,
    reason: 'upstream-unreachable',
    error: expect.objectContaining({ code: 'ECONNREFUSED' }),
    connectMs: undefined,
  });
});

it('waits before it tries an endpoint again', async () => {
  const clock = manualClock();
  await using cluster = orderedCluster(await deadAddress());
  await using proxy = await startTcpProxy({ cluster, clock, random: () => 0.5, readyTimeoutMs: 1 });
  const client = proxy.client().resume();
  let waits = 0;
  while (!client.closed) {
    const before = cluster.inspect().endpoints[0]?.failures;
    await clock.advanceAsync(12.5);
    if (cluster.inspect().endpoints[0]?.failures !== before) waits += 1;
  }
  expect(waits).toBeGreaterThanOrEqual(2);
  expect(await proxy.ended(0)).toMatchObject({ attempts: 3, durationMs: expect.any(Number) });
});

it('retries only within the budget', async () => {
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(await deadAddress(), endpoint.address);
  const budget = retryBudget({ ratio: 0, minPerSecond: 0 });
  await using proxy = await startTcpProxy({ cluster, retry: { budget } });
  expect(await untilClosed(proxy.client().resume())).toBe('reset');
  expect(await proxy.ended(0)).toMatchObject({ attempts: 1, reason: 'upstream-unreachable' });
});

it('leaves an endpoint that is killed: what it had is broken off, what comes goes elsewhere', async () => {
  const killed = await echoProcess();
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(killed.address, endpoint.address);
  await using proxy = await startTcpProxy({ cluster });
  const client = proxy.client();
  client.write('x');
  await untilLength(client, 1);
  killed.child.kill('SIGKILL');
  await once(killed.child, 'exit');
  await untilEnd(client);
  client.end();
  await proxy.ended(0);
  const next = proxy.client();
  next.end('y');
  expect(await untilEnd(next)).toBe('y');
  expect(await proxy.ended(1)).toMatchObject({ endpoint: endpoint.address, attempts: 2 });
});

it('gives up on an endpoint that is frozen after the connect timeout', async () => {
  const frozen = await echoProcess();
  frozen.child.kill('SIGSTOP');
  // Its system still accepts a few for it; the next has to wait.
  const fillers: Socket[] = [];
  for (let full = false; !full; ) {
    const filler = connect({ port: frozen.port, host: '127.0.0.1' });
    fillers.push(filler.on('error', () => {}));
    full = await Promise.race([
      once(filler, 'connect').then(() => false),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 200)),
    ]);
  }
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(frozen.address, endpoint.address);
  await using proxy = await startTcpProxy({ cluster, connectTimeoutMs: 150 });
  const client = proxy.client();
  client.end('x');
  expect(await untilEnd(client)).toBe('x');
  const { attempts, connectMs } = await proxy.ended(0);
  expect(attempts).toBe(2);
  expect(connectMs).toBeGreaterThanOrEqual(150);
  expect(cluster.inspect().endpoints[0]).toMatchObject({ failures: 1, inFlight: 0 });
  for (const filler of fillers) filler.destroy();
});

it('lets go of the endpoint when the client leaves while it waits: nobody has failed', async () => {
  const clock = manualClock();
  const dead = await deadAddress();
  await using cluster = orderedCluster(dead);
  await using proxy = await startTcpProxy({ cluster, clock, random: () => 1 });
  const client = proxy.client();
  // The second try waits for 25 ms on a clock that stands still.
  await expect.poll(() => cluster.inspect().endpoints[0]?.failures).toBe(1);
  client.resetAndDestroy();
  expect(await proxy.ended(0)).toMatchObject({ reason: 'client-gone', attempts: 1 });
  expect(cluster.inspect().endpoints[0]).toMatchObject({ failures: 1, inFlight: 0 });
});

describe('connections of an endpoint that is gone', () => {
  it.each(['drain', 'close'] as const)('%s', async (goneEndpoints) => {
    await using endpoint = await tcpEndpoint();
    await using stays = await tcpEndpoint();
    const discovery = manualDiscovery([endpoint.address, stays.address]);
    await using cluster = createCluster({
      name: 'db',
      discovery,
      strategy: inOrder(),
      guard: { onEmpty: 'accept' },
    });
    await using proxy = await startTcpProxy({ cluster, goneEndpoints });
    const client = proxy.client();
    client.write('x');
    await untilLength(client, 1);
    const removed = new Promise<void>((resolve) => {
      cluster.subscribe(
        (event) => event.type === 'endpointsChanged' && event.removed.length > 0 && resolve(),
      );
    });
    discovery.push([stays.address]);
    await removed;
    if (goneEndpoints === 'close') {
      expect(await untilClosed(client.resume())).toBe('reset');
      expect(await proxy.ended(0)).toMatchObject({ reason: 'endpoint-gone', endpoint: endpoint.address });
    } else {
      client.end('y');
      expect(await untilEnd(client)).toBe('y');
      expect(await proxy.ended(0)).toMatchObject({ reason: undefined, endpoint: endpoint.address });
    }
    const next = proxy.client();
    next.end('z');
    expect(await untilEnd(next)).toBe('z');
    expect(await proxy.ended(1)).toMatchObject({ endpoint: stays.address, attempts: 1 });
  });
});

describe('close', () => {
  it('accepts no more, and waits for what is open', async () => {
    await using endpoint = await tcpEndpoint();
    await using cluster = orderedCluster(endpoint.address);
    await using proxy = await startTcpProxy({ cluster });
    const client = proxy.client();
    client.write('x');
    await untilLength(client, 1);
    const closed = proxy.proxy.close();
    const late = connect({ port: proxy.port, host: '127.0.0.1' });
    await expect(once(late, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(proxy.proxy.listen({ port: 0 })).rejects.toThrow('the proxy is closed');
    client.end('y');
    expect(await untilEnd(client)).toBe('y');
    await closed;
    expect(await proxy.ended(0)).toMatchObject({ reason: undefined });
  });

  it('resets what is left after the grace', async () => {
    const clock = manualClock();
    await using endpoint = await tcpEndpoint();
    await using cluster = orderedCluster(endpoint.address);
    await using proxy = await startTcpProxy({ cluster, clock });
    const client = proxy.client();
    client.write('x');
    await untilLength(client, 1);
    const first = proxy.proxy.close({ graceMs: 10_000 });
    const second = proxy.proxy.close({ graceMs: 500 });
    clock.advance(499);
    expect(proxy.proxy.active).toBe(1);
    clock.advance(1);
    await Promise.all([first, second]);
    expect(await untilClosed(client.resume())).toBe('reset');
    expect(await proxy.ended(0)).toMatchObject({ reason: 'closing' });
  });
});
