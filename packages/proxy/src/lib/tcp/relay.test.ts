import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { systemClock } from '@evenkeel/core';
import { expect, it, vi } from 'vitest';
import { untilClosed } from '../testing/socket-text.ts';
import { type TcpEndpoint, tcpEndpoint } from '../testing/tcp-endpoint.ts';
import { Relay } from './relay.ts';

/** Both ends of one connection. */
async function pair(server: TcpEndpoint): Promise<[Socket, Socket]> {
  const index = server.sockets.length;
  const near = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  near.on('error', () => {});
  return [near, await server.connection(index)];
}

const CHUNK = Buffer.alloc(65_536, 'x');
const TOTAL = 64 * 1_048_576;

/** Writes as much as the socket takes, to the end. */
function pump(socket: Socket): void {
  let left = TOTAL;
  const write = (): void => {
    while (left > 0) {
      left -= CHUNK.length;
      if (!socket.write(CHUNK)) {
        socket.once('drain', write);
        return;
      }
    }
    socket.end();
  };
  write();
}

it.each(['client', 'endpoint'] as const)(
  'holds the %s back that is read slowly, and loses no byte',
  async (fast) => {
    await using server = await tcpEndpoint(() => {});
    const [sender, client] = await pair(server);
    const [reader, endpoint] = await pair(server);
    const ended = vi.fn();
    const sides = fast === 'client' ? { client, endpoint } : { client: endpoint, endpoint: client };
    const relay = new Relay(sides, { clock: systemClock, idleTimeoutMs: 0, ended });
    const moved = (): number => (fast === 'client' ? relay.bytesReceived : relay.bytesSent);
    reader.pause();
    pump(sender);
    // Nobody reads: the sender is stopped when the buffers of the system are full, and the relay holds next to nothing.
    await vi.waitUntil(() => client.isPaused() && endpoint.writableNeedDrain);
    expect(endpoint.writableLength).toBeLessThanOrEqual(2 * CHUNK.length + endpoint.writableHighWaterMark);
    expect(moved()).toBeLessThan(TOTAL / 2);
    let received = 0;
    let largest = 0;
    reader.on('data', (chunk: Buffer) => {
      received += chunk.length;
      largest = Math.max(largest, endpoint.writableLength);
      // Now and then it takes a break.
      if (received % 7 === 0) {
        reader.pause();
        setImmediate(() => reader.resume());
      }
    });
    await once(reader.resume(), 'end');
    expect(received).toBe(TOTAL);
    expect(moved()).toBe(TOTAL);
    expect(largest).toBeLessThanOrEqual(2 * CHUNK.length + endpoint.writableHighWaterMark);
    expect(ended).not.toHaveBeenCalled();
    reader.end();
    sender.resume();
    await vi.waitUntil(() => ended.mock.calls.length === 1);
    expect(ended).toHaveBeenCalledWith(undefined, undefined);
  },
);

it('still delivers what a side has said when that side can take no more', async () => {
  await using server = await tcpEndpoint(() => {});
  const [client, downstream] = await pair(server);
  const [upstream, endpoint] = await pair(server);
  const ended = vi.fn();
  new Relay({ client: downstream, endpoint }, { clock: systemClock, idleTimeoutMs: 0, ended });
  upstream.end('the whole answer');
  await once(endpoint, 'end');
  upstream.resetAndDestroy();
  const heard: string[] = [];
  client.on('data', (chunk) => heard.push(String(chunk)));
  client.write('still asking');
  await once(client, 'end');
  expect(heard.join('')).toBe('the whole answer');
  await vi.waitUntil(() => ended.mock.calls.length === 1);
  expect(ended).toHaveBeenCalledWith('upstream-reset', expect.anything());
});

it('does not wait for an event of a socket that had closed before', async () => {
  await using server = await tcpEndpoint(() => {});
  const [client, downstream] = await pair(server);
  const [upstream, endpoint] = await pair(server);
  downstream.on('error', () => {}).resume();
  client.resetAndDestroy();
  expect(await untilClosed(downstream)).toBe('reset');
  const ended = vi.fn();
  new Relay({ client: downstream, endpoint }, { clock: systemClock, idleTimeoutMs: 0, ended });
  expect(await untilClosed(upstream.resume())).toBe('reset');
  await vi.waitUntil(() => ended.mock.calls.length === 1);
  expect(ended).toHaveBeenCalledWith('client-gone', expect.objectContaining({ code: 'ECONNRESET' }));
});
