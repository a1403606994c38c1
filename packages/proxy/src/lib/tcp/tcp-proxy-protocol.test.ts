import { once } from 'node:events';
import { manualClock } from '@evenkeel/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { parseProxyHeader } from '../proxy-protocol/parse-proxy-header.ts';
import { untilClosed, untilEnd, untilLength } from '../testing/socket-text.ts';
import { orderedCluster, startTcpProxy } from '../testing/start-tcp-proxy.ts';
import { tcpEndpoint } from '../testing/tcp-endpoint.ts';

const LINE = 'PROXY TCP4 192.0.2.7 198.51.100.1 5555 443\r\n';
const from = ['127.0.0.1'];

it('takes the client from the header, however it is cut, and the bytes behind it go to the endpoint', async () => {
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(endpoint.address);
  const keys: (string | undefined)[] = [];
  const hashKey = ({ remoteAddress }: { remoteAddress: string }) => {
    keys.push(remoteAddress);
    return remoteAddress;
  };
  await using proxy = await startTcpProxy({ cluster, hashKey }, { proxyProtocol: { from } });
  const whole = proxy.client();
  whole.end(`${LINE}hello`);
  expect(await untilEnd(whole)).toBe('hello');
  const cut = proxy.client();
  for (const byte of LINE) {
    cut.write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  cut.end('x');
  expect(await untilEnd(cut)).toBe('x');
  for (const n of [0, 1])
    expect(await proxy.ended(n)).toMatchObject({ remoteAddress: '192.0.2.7', remotePort: 5555 });
  expect(await proxy.ended(0)).toMatchObject({ bytesReceived: 5, bytesSent: 5 });
  expect(keys).toEqual(['192.0.2.7', '192.0.2.7']);
});

it('keeps the own address of a connection that speaks for itself', async () => {
  await using endpoint = await tcpEndpoint();
  await using cluster = orderedCluster(endpoint.address);
  await using proxy = await startTcpProxy({ cluster }, { proxyProtocol: { from } });
  const client = proxy.client();
  client.end('PROXY UNKNOWN\r\nx');
  expect(await untilEnd(client)).toBe('x');
  expect(await proxy.ended(0)).toMatchObject({ remoteAddress: '127.0.0.1' });
});

describe('PROXY protocol §2: only from configured peers; malformed is closed', () => {
  it.each([
    'GET / HTTP/1.1\r\n',
    'PROXY TCP4 x\r\n',
    '\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0f'.padEnd(31, '\xff'),
  ])('closes a connection from them without a valid header: %j', async (bytes) => {
    await using endpoint = await tcpEndpoint();
    await using cluster = orderedCluster(endpoint.address);
    await using proxy = await startTcpProxy({ cluster }, { proxyProtocol: { from } });
    const client = proxy.client().resume();
    client.write(bytes, 'latin1');
    expect(await untilClosed(client)).toBe('reset');
    const told = { remoteAddress: '127.0.0.1', reason: 'bad-proxy-header', error: expect.any(Error) };
    expect(await proxy.event('connectionRefused')).toMatchObject(told);
    expect(endpoint.sockets).toHaveLength(0);
    expect(proxy.proxy.active).toBe(0);
  });

  it('closes a connection that sends its header too slowly, or ends before', async () => {
    const clock = manualClock();
    await using endpoint = await tcpEndpoint();
    await using cluster = orderedCluster(endpoint.address);
    await using proxy = await startTcpProxy(
      { cluster, clock },
      { proxyProtocol: { from, timeoutMs: 3_000 } },
    );
    const slow = proxy.client().resume();
    slow.write('PROXY');
    await vi.waitUntil(() => clock.pendingTimers > 0);
    clock.advance(2_999);
    expect(proxy.proxy.active).toBe(1);
    clock.advance(1);
    expect(await untilClosed(slow)).toBe('reset');
    proxy.client().resume().end('PROXY');
    await vi.waitUntil(() => proxy.events.length === 2);
    expect(proxy.events).toMatchObject([
      { type: 'connectionRefused', reason: 'bad-proxy-header', error: { kind: 'PROXY header' } },
      { type: 'connectionRefused', reason: 'bad-proxy-header' },
    ]);
  });

  it('closes connections from elsewhere, or serves them as they are', async () => {
    await using endpoint = await tcpEndpoint();
    await using cluster = orderedCluster(endpoint.address);
    await using strict = await startTcpProxy({ cluster }, { proxyProtocol: { from } });
    expect(await untilClosed(strict.client('127.0.0.2').resume())).toBe('reset');
    expect(await strict.event('connectionRefused')).toMatchObject({
      remoteAddress: '127.0.0.2',
      reason: 'untrusted-peer',
    });
    await using open = await startTcpProxy({ cluster }, { proxyProtocol: { from, others: 'plain' } });
    const client = open.client('127.0.0.2');
    client.end(LINE);
    // What claims to be a header is data like any other.
    expect(await untilEnd(client)).toBe(LINE);
    expect(await open.ended(0)).toMatchObject({ remoteAddress: '127.0.0.2' });
  });

  it('ends what still waits for its header when the proxy closes', async () => {
    await using endpoint = await tcpEndpoint();
    await using cluster = orderedCluster(endpoint.address);
    await using proxy = await startTcpProxy({ cluster }, { proxyProtocol: { from } });
    const client = proxy.client().resume();
    await vi.waitUntil(() => proxy.proxy.active === 1);
    await proxy.proxy.close();
    expect(await untilEnd(client)).toBe('');
    expect(await proxy.event('connectionRefused')).toMatchObject({ reason: 'closing' });
  });
});

describe('towards endpoints', () => {
  it.each(['v1', 'v2'] as const)(
    'sends a header of %s in front of all other bytes',
    async (proxyProtocol) => {
      await using endpoint = await tcpEndpoint(() => {});
      await using cluster = orderedCluster(endpoint.address);
      await using proxy = await startTcpProxy({ cluster: { cluster, proxyProtocol } });
      const client = proxy.client();
      await once(client, 'connect');
      const { localPort } = client;
      client.end('hello');
      const socket = await endpoint.connection(0);
      const received = Buffer.from(await untilEnd(socket), 'latin1');
      const parsed = parseProxyHeader(received);
      expect(parsed).toMatchObject({
        state: 'done',
        value: {
          version: proxyProtocol === 'v1' ? 1 : 2,
          connection: {
            source: { address: '127.0.0.1', port: localPort },
            destination: { address: '127.0.0.1', port: proxy.port },
          },
        },
      });
      expect(parsed.state === 'done' && received.subarray(parsed.length).toString()).toBe('hello');
      socket.end();
      expect(await proxy.ended(0)).toMatchObject({ bytesReceived: 5, reason: undefined });
    },
  );

  it('passes on whom a header named, also for an endpoint that speaks first', async () => {
    await using endpoint = await tcpEndpoint((socket) => void socket.write('220'));
    await using cluster = orderedCluster(endpoint.address);
    const options = { cluster: { cluster, proxyProtocol: 'v1' as const } };
    await using proxy = await startTcpProxy(options, { proxyProtocol: { from } });
    const client = proxy.client();
    client.write(LINE);
    expect(await untilLength(client, 3)).toBe('220');
    const socket = await endpoint.connection(0);
    expect(await untilLength(socket, LINE.length)).toBe(LINE);
  });
});
