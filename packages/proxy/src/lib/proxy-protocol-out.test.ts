import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { createCluster, staticDiscovery } from '@evenkeel/core';
import { httpHealthCheck } from '@evenkeel/http-client';
import { expect, it } from 'vitest';
import { parseProxyHeader } from './proxy-protocol/parse-proxy-header.ts';
import type { ProxyHeader } from './proxy-protocol/proxy-header.ts';
import { proxyProtocolAgent } from './proxy-protocol/proxy-protocol-agent.ts';
import { FIRST } from './testing/certificates.ts';
import { inOrder } from './testing/in-order.ts';
import { rawClient } from './testing/raw-client.ts';
import { startProxy, type TestProxy } from './testing/start-proxy.ts';

/** An HTTP server behind headers of the PROXY protocol: answers with the address and port of the client. */
async function endpoint(secure = false) {
  const headers: ProxyHeader[] = [];
  const clients = new WeakMap<object, string>();
  const ports = new Map<string, string>();
  const answer = (request: { socket: Socket }, response: { end(text: string): void }): void => {
    const { socket } = request;
    response.end(clients.get(socket) ?? ports.get(`${socket.remotePort}`) ?? 'nobody');
  };
  const http: Server = secure ? createHttpsServer(FIRST, answer) : createServer(answer);
  http.on('upgrade', (_request, socket: Socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.end(`${clients.get(socket)}`);
  });
  const front = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('readable', () => {
      const bytes = socket.read() as Buffer | null;
      const parsed = parseProxyHeader(bytes ?? Buffer.alloc(0));
      if (bytes === null || parsed.state !== 'done') {
        socket.destroy();
        return;
      }
      headers.push(parsed.value);
      const source = parsed.value.connection?.source;
      const name = source === undefined ? 'own' : `${source.address}:${source.port}`;
      clients.set(socket, name);
      ports.set(`${socket.remotePort}`, name);
      if (parsed.length < bytes.length) socket.unshift(bytes.subarray(parsed.length));
      http.emit('connection', socket);
    });
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    port: (front.address() as AddressInfo).port,
    headers,
    [Symbol.dispose]() {
      front.close();
      http.closeAllConnections();
    },
  };
}

async function started(port: number, route: object = {}): Promise<TestProxy> {
  const cluster = createCluster({
    name: 'api',
    discovery: staticDiscovery([`127.0.0.1:${port}`]),
    strategy: inOrder(),
  });
  const proxy = await startProxy([], { clusters: { api: { cluster, ...route } } });
  return Object.assign(proxy, {
    async [Symbol.asyncDispose]() {
      await proxy.proxy.close({ graceMs: 0 });
      await cluster.close();
    },
  });
}

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';

it.each(['v1', 'v2'] as const)(
  'tells endpoints of HTTP whose connection it is: %s',
  async (proxyProtocol) => {
    using server = await endpoint();
    await using proxy = await started(server.port, { proxyProtocol });
    using one = rawClient(proxy.port, GET);
    using other = rawClient(proxy.port, GET);
    await Promise.all([one, other].map(({ socket }) => once(socket, 'connect')));
    const names = [one, other].map(({ socket }) => `127.0.0.1:${socket.localPort}`);
    await one.until(`${names[0]}`);
    await other.until(`${names[1]}`);
    // The connections of a client serve all its requests, and no one else's.
    one.write(GET);
    await one.until(/200 OK[\s\S]*200 OK[\s\S]*127/);
    expect(server.headers).toHaveLength(2);
    expect(server.headers[0]).toMatchObject({
      version: proxyProtocol === 'v1' ? 1 : 2,
      connection: { destination: { address: '127.0.0.1', port: proxy.port } },
    });
  },
);

it('passes on whom a header in front has named, also in an upgrade', async () => {
  using server = await endpoint();
  await using proxy = await started(server.port, { proxyProtocol: 'v2' });
  const where = { port: 0, host: '127.0.0.1', proxyProtocol: { from: ['127.0.0.1'] } };
  const { port } = await proxy.proxy.listen(where);
  const line = 'PROXY TCP6 2001:db8::7 2001:db8::1 5555 80\r\n';
  using client = rawClient(port, `${line}${GET}`);
  await client.until('2001:db8::7:5555');
  using upgrade = rawClient(
    port,
    `${line}${GET.replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')}`,
  );
  expect((await upgrade.end()).text).toMatch(/^HTTP\/1\.1 101 [\s\S]*2001:db8::7:5555$/);
});

it('sends the header in front of TLS', async () => {
  using server = await endpoint(true);
  await using proxy = await started(server.port, {
    proxyProtocol: 'v2',
    protocol: 'https',
    servername: 'first.test',
    tls: { rejectUnauthorized: false },
  });
  using client = rawClient(proxy.port, GET);
  await once(client.socket, 'connect');
  await client.until(`127.0.0.1:${client.socket.localPort}`);
  expect(server.headers).toHaveLength(1);
});

it('answers for endpoints that cannot be reached as for any other', async () => {
  const gone = await endpoint();
  gone[Symbol.dispose]();
  await using proxy = await started(gone.port, { proxyProtocol: 'v1' });
  using client = rawClient(proxy.port, GET);
  await client.until('upstream-unreachable');
});

it('speaks for itself in a health check', async () => {
  using server = await endpoint();
  const dispatcher = proxyProtocolAgent({ version: 'v2' });
  const checker = httpHealthCheck({ dispatcher });
  const { signal } = new AbortController();
  const target = { id: 'a', host: '127.0.0.1', port: server.port, weight: 1, priority: 0, metadata: {} };
  await checker.check(target, { signal });
  expect(server.headers).toEqual([{ version: 2, connection: undefined, tlvs: [] }]);
  await dispatcher.close();
  const refused = connect(server.port, '127.0.0.1');
  refused.end(GET);
  await once(refused.resume(), 'close');
});

it('refuses what it cannot do', async () => {
  await expect(started(1, { proxyProtocol: 'v3' })).rejects.toThrow(
    'clusters.api.proxyProtocol: got "v3", expected one of "v1", "v2"',
  );
  await expect(started(1, { proxyProtocol: 'v1', protocol: 'h2c' })).rejects.toThrow(
    'clusters.api.proxyProtocol: got "v1", expected nothing, as the protocol is HTTP/2',
  );
  const dispatcher = proxyProtocolAgent({ version: 'v1' });
  await expect(started(1, { proxyProtocol: 'v1', dispatcher })).rejects.toThrow(
    'clusters.api.proxyProtocol: got "v1", expected nothing, as there is a dispatcher',
  );
});
