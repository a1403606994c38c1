import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { manualClock } from '@evenkeel/core/testing';
import { describe, expect, it, vi } from 'vitest';
import type { ProxyEvent } from './events/proxy-event.ts';
import { AUTHORITY, FIRST } from './testing/certificates.ts';
import { rawClient } from './testing/raw-client.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';
import { tlsFolder } from './testing/tls-folder.ts';

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const LINE = 'PROXY TCP4 192.0.2.7 198.51.100.1 5555 80\r\n';
const from = ['127.0.0.1'];

async function listening(proxyProtocol: object, options: object = {}, listen: object = {}) {
  const upstream = await rawUpstream(OK);
  const proxy = await startProxy([upstream.port], options);
  const where = { port: 0, host: '127.0.0.1', proxyProtocol: { from, ...proxyProtocol }, ...listen };
  const { port } = await proxy.proxy.listen(where);
  const events: ProxyEvent[] = [];
  proxy.proxy.subscribe((event) => events.push(event));
  return {
    upstream,
    proxy,
    port,
    events,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

it('takes the client from the header, for events and X-Forwarded-For, and for all requests of the connection', async () => {
  await using at = await listening({});
  using client = rawClient(at.port, LINE);
  client.write(GET);
  await client.until('ok');
  client.write(GET);
  await client.until(/ok.*ok/s);
  for (const n of [0, 1]) expect(await at.proxy.event(n)).toMatchObject({ remoteAddress: '192.0.2.7' });
  const received = at.upstream.connections.map((connection) => connection.received).join('');
  expect(received.match(/x-forwarded-for: 192\.0\.2\.7\r\n/g)).toHaveLength(2);
});

it('takes a header of version 2 with the request behind it in one packet, and an upgrade as well', async () => {
  await using at = await listening({});
  const v2 = `\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x07\xc6\x33\x64\x01\x15\xb3\0\x50`;
  using client = rawClient(at.port, `${v2}${GET}`);
  expect(await client.until('ok')).toContain('200 OK');
  using upgrading = rawClient(
    at.port,
    `${v2}GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
  );
  await upgrading.until('ok');
  for (const n of [0, 1]) expect(await at.proxy.event(n)).toMatchObject({ remoteAddress: '192.0.2.7' });
});

it('trusts by the client that the header names, not by the load balancer', async () => {
  await using at = await listening({}, { trustedProxies: ['127.0.0.1'] });
  using client = rawClient(
    at.port,
    `${LINE}GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n`,
  );
  await client.until('ok');
  expect(at.upstream.connections[0]?.received).toContain('x-forwarded-for: 192.0.2.7\r\n');
});

describe('PROXY protocol §2: only from configured peers; malformed is closed', () => {
  it.each([GET, 'PROXY TCP4 1.2.3.4\r\n', LINE.replace('TCP4', 'TCP6')])(
    'resets a peer that sends %j',
    async (text) => {
      await using at = await listening({});
      using client = rawClient(at.port, `${text}${GET}`);
      expect(await client.end()).toEqual({ text: '', reset: true });
      expect(at.events).toMatchObject([{ type: 'connectionRefused', reason: 'bad-proxy-header' }]);
      expect(at.upstream.connections).toHaveLength(0);
    },
  );

  it('takes no header from anybody else: closed, or read as the request that it is not', async () => {
    await using strict = await listening({ from: ['192.0.2.1'] });
    using refused = rawClient(strict.port, `${LINE}${GET}`);
    expect(await refused.end()).toEqual({ text: '', reset: true });
    expect(strict.events).toMatchObject([{ reason: 'untrusted-peer', remoteAddress: '127.0.0.1' }]);
    await using open = await listening({ from: ['192.0.2.1'], others: 'plain' });
    using plain = rawClient(open.port, GET);
    await plain.until('ok');
    expect(await open.proxy.event(0)).toMatchObject({ remoteAddress: '127.0.0.1' });
    using claiming = rawClient(open.port, `${LINE}${GET}`);
    expect((await claiming.end()).text).toContain(' 501 ');
  });

  it('resets a peer that takes too long for its header', async () => {
    const clock = manualClock();
    await using at = await listening({ timeoutMs: 3_000 }, { clock });
    using client = rawClient(at.port, 'PROXY TCP4');
    await vi.waitUntil(() => clock.pendingTimers > 0);
    clock.advance(3_000);
    expect(await client.end()).toEqual({ text: '', reset: true });
  });
});

it('does not wait for headers when it closes', async () => {
  await using at = await listening({});
  using client = rawClient(at.port, 'PROXY');
  using reading = rawClient(at.port, `${LINE}${GET}`);
  await reading.until('ok');
  await at.proxy.proxy.close();
  await Promise.all([client.end(), reading.end()]);
  expect(at.events.filter(({ type }) => type === 'connectionRefused')).toMatchObject([{ reason: 'closing' }]);
});

describe('in front of TLS', () => {
  it.each(['http/1.1', 'h2'])('the header comes first, and names the client of %s', async (protocol) => {
    await using folder = await tlsFolder();
    const certificates = [await folder.write('first', FIRST)];
    await using at = await listening({}, {}, { tls: { certificates } });
    const raw = connectTcp(at.port, '127.0.0.1');
    raw.write(LINE);
    const tls = { socket: raw, ca: AUTHORITY, servername: 'first.test', ALPNProtocols: [protocol] };
    if (protocol === 'h2') {
      const session = connectHttp2('https://first.test', { createConnection: () => connectTls(tls) });
      const stream = session.request({ ':path': '/' });
      const [headers] = await once(stream, 'response');
      expect(headers[':status']).toBe(200);
      session.destroy();
    } else {
      const socket = connectTls(tls);
      socket.write(GET);
      await once(socket, 'data');
      socket.destroy();
    }
    expect(await at.proxy.event(0)).toMatchObject({ remoteAddress: '192.0.2.7', status: 200 });
    expect(at.upstream.connections[0]?.received).toMatch(
      /x-forwarded-for: 192\.0\.2\.7\r\nx-forwarded-proto: https/,
    );
  });

  it('tells of a handshake that fails by the same client', async () => {
    await using folder = await tlsFolder();
    const certificates = [await folder.write('first', FIRST)];
    await using at = await listening({}, {}, { tls: { certificates } });
    using client = rawClient(at.port, `${LINE}${GET}`);
    await client.end();
    await vi.waitUntil(() => at.events.length > 0);
    expect(at.events).toMatchObject([
      { type: 'connectionRefused', remoteAddress: '192.0.2.7', reason: 'bad-tls' },
    ]);
  });
});
