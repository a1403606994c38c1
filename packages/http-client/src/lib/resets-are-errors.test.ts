import { connect, type Socket } from 'node:net';
import { createCluster, staticDiscovery } from '@evenkeel/core';
import { roundRobin } from '@evenkeel/strategies';
import { type Agent, request } from 'undici';
import { expect, test } from 'vitest';
import { createHttpClient } from './http-client.ts';
import { rawServer } from './testing/servers.ts';

const HALF = 'HTTP/1.1 200 OK\r\n\r\nhalf';

/** Reads a response that has no length and ends as told. */
async function read(end: (socket: Socket) => void, options: { agent?: Agent.Options } = {}): Promise<string> {
  await using server = await rawServer((socket) => {
    socket.once('data', () => socket.write(HALF));
  });
  const cluster = createCluster({
    name: 'orders',
    discovery: staticDiscovery([server.address]),
    strategy: roundRobin(),
  });
  const client = createHttpClient({ clusters: [cluster], retry: false, ...options });
  try {
    const { body } = await request('http://orders/', { dispatcher: client });
    for await (const _first of body) {
      for (const socket of server.sockets) end(socket);
    }
    return 'whole';
  } catch (error) {
    return String((error as { cause?: { code?: string } }).cause?.code);
  } finally {
    await client.close();
    await cluster.close();
  }
}

test('a response without a length ends with the connection', async () => {
  expect(await read((socket) => socket.end())).toBe('whole');
});

test('a response without a length that ends in a reset is broken (RFC 9112 §8)', async () => {
  expect(await read((socket) => socket.resetAndDestroy())).toBe('ECONNRESET');
});

test('also on connections that the caller makes', async () => {
  const own: Agent.Options['connect'] = ({ port }, callback) => {
    const socket = connect(Number(port), '127.0.0.1', () => callback(null, socket));
  };
  expect(await read((socket) => socket.resetAndDestroy(), { agent: { connect: own } })).toBe('ECONNRESET');
});
