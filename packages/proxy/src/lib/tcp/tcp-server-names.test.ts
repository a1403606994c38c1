import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { manualClock } from '@evenkeel/core/testing';
import { expect, it, vi } from 'vitest';
import { FIRST } from '../testing/certificates.ts';
import { untilClosed, untilEnd } from '../testing/socket-text.ts';
import { orderedCluster, startTcpProxy } from '../testing/start-tcp-proxy.ts';

/** A TLS server that says its name, and the name that was asked for. */
async function tlsEndpoint(name: string) {
  const server = createServer({ ...FIRST, ALPNProtocols: ['h2', 'x'] }, (socket) => {
    socket.on('error', () => {});
    socket.end(`${name} for ${String((socket as TLSSocket & { servername?: string | false }).servername)}`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    cluster: orderedCluster(`127.0.0.1:${(server.address() as AddressInfo).port}`),
    async [Symbol.asyncDispose]() {
      await this.cluster.close();
      server.close();
    },
  };
}

async function ask(port: number, servername: string | undefined, options: object = {}): Promise<string> {
  const to = { host: '127.0.0.1', port, rejectUnauthorized: false, ...options };
  const socket = connect({ ...to, ...(servername !== undefined && { servername }) });
  socket.on('error', () => {});
  return untilEnd(socket);
}

it('sends TLS connections where their server name leads, and the endpoint ends TLS itself', async () => {
  await using a = await tlsEndpoint('a');
  await using b = await tlsEndpoint('b');
  await using rest = await tlsEndpoint('rest');
  const serverNames = { 'a.test': a.cluster, '*.Wild.test': b.cluster, '*.x.wild.test': a.cluster };
  await using proxy = await startTcpProxy({ serverNames, cluster: rest.cluster });
  expect(await ask(proxy.port, 'a.test')).toBe('a for a.test');
  expect(await ask(proxy.port, 'A.TEST')).toMatch(/^a for a\.test$/i);
  expect(await ask(proxy.port, 'one.wild.test')).toBe('b for one.wild.test');
  expect(await ask(proxy.port, 'one.two.wild.test')).toBe('b for one.two.wild.test');
  expect(await ask(proxy.port, 'one.x.wild.test')).toBe('a for one.x.wild.test');
  expect(await ask(proxy.port, 'wild.test')).toBe('rest for wild.test');
  expect(await ask(proxy.port, undefined)).toBe('rest for false');
  expect(await proxy.ended(0)).toMatchObject({ serverName: 'a.test', cluster: 'db' });
  // A ClientHello that is longer than one record and one packet.
  const long = { ALPNProtocols: Array.from({ length: 200 }, (_, n) => `x${n}`.padEnd(60, '-')).concat('x') };
  expect(await ask(proxy.port, 'a.test', long)).toBe('a for a.test');
});

it('closes connections whose name leads nowhere, and those that are not TLS', async () => {
  await using a = await tlsEndpoint('a');
  const clock = manualClock();
  await using proxy = await startTcpProxy({ serverNames: { 'a.test': a.cluster }, clock });
  await expect(ask(proxy.port, 'b.test')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await proxy.ended(0)).toMatchObject({
    serverName: 'b.test',
    cluster: undefined,
    reason: 'no-route',
  });
  const plain = proxy.client().resume();
  plain.write('GET / HTTP/1.1\r\n\r\n');
  expect(await untilClosed(plain)).toBe('reset');
  expect(await proxy.event('connectionRefused')).toMatchObject({ reason: 'bad-client-hello' });
  const silent = proxy.client().resume();
  await vi.waitUntil(() => clock.pendingTimers > 0);
  clock.advance(5_000);
  expect(await untilClosed(silent)).toBe('reset');
});

it('passes names on when they come behind a PROXY header', async () => {
  await using a = await tlsEndpoint('a');
  const listen = { proxyProtocol: { from: ['127.0.0.1'] } };
  await using proxy = await startTcpProxy({ serverNames: { 'a.test': a.cluster } }, listen);
  const socket = proxy.client();
  socket.write('PROXY TCP4 192.0.2.7 198.51.100.1 5555 443\r\n');
  const secure = connect({ socket, servername: 'a.test', rejectUnauthorized: false });
  expect(await untilEnd(secure)).toBe('a for a.test');
  secure.end();
  socket.end();
  expect(await proxy.ended(0)).toMatchObject({ remoteAddress: '192.0.2.7', serverName: 'a.test' });
});
