import { manualClock } from '@evenkeel/core/testing';
import { expect, it } from 'vitest';
import { exchangeBytes, parts, rawClient } from '../testing/raw-client.ts';
import { rawUpstream } from '../testing/raw-upstream.ts';
import { startProxy } from '../testing/start-proxy.ts';
import { strictUpstream } from '../testing/strict-upstream.ts';
import { closing, throughProxy } from '../testing/through-proxy.ts';

const GET = 'GET / HTTP/1.1\r\nHost: h\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

it('RFC 9112 §9.3: a connection of HTTP/1.0 stays open only where the client asks for it', async () => {
  const once = await throughProxy(`GET /1 HTTP/1.0\r\n\r\n${GET}`);
  expect(once.requests).toMatchObject([{ target: '/1' }]);
  expect(once.head).toMatch(/\r\nconnection: close\r\n/i);
  const kept = await throughProxy(`GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n${closing('GET /2')}`);
  expect(kept.requests).toMatchObject([{ target: '/1' }, { target: '/2' }]);
});

it('RFC 9112 §9.3: an answer of unknown length ends the connection of HTTP/1.0, whatever it asks for', async () => {
  const answer = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n';
  const { body } = await throughProxy('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', { answer });
  expect(body).toBe('ok');
});

it('RFC 9112 §9.6: a connection whose request says close is closed behind its answer', async () => {
  const { head, requests } = await throughProxy(closing('GET /') + GET);
  expect(head).toMatch(/\r\nconnection: close\r\n/i);
  expect(requests).toHaveLength(1);
});

it('RFC 9112 §9.6: an upstream that says close gets no other request on that connection', async () => {
  await using upstream = await strictUpstream(OK.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, GET);
  await client.until('ok');
  client.write(closing('GET /'));
  const { text } = await client.end();
  expect(text.match(/ 200 OK/g)).toHaveLength(2);
  expect(upstream.connections.map(({ requests }) => requests.length)).toEqual([1, 1]);
});

it.each([
  ['a request that is refused', 'POST /a#b HTTP/1.1'],
  ['one that is not understood', 'POST /a b HTTP/1.1'],
])('RFC 9112 §9.6: the answer to %s is read by a client that still sends', async (_, line) => {
  await using proxy = await startProxy([]);
  const content = 'x'.repeat(2 ** 20);
  const head = `${line}\r\nHost: h\r\nConnection: close\r\nContent-Length: ${content.length}\r\n\r\n`;
  using client = rawClient(proxy.port, head + content);
  const { text, reset } = await client.end();
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(reset).toBe(false);
});

it('RFC 9112 §9.3.2: what breaks behind a request costs the connection, but not the answer', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, GET);
  const connection = await upstream.connection(0);
  await connection.until('\r\n\r\n');
  const refused = new Promise((resolve) => {
    proxy.proxy.subscribe((event) => event.type === 'connectionRefused' && resolve(event));
  });
  client.write('GARBAGE\r\n\r\n');
  // What is wrong is known when a request that came later, on another connection, is at the upstream.
  using other = rawClient(proxy.port, GET);
  await (await upstream.connection(1)).until('\r\n\r\n');
  connection.socket.write(OK);
  const { text } = await client.end();
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\nokHTTP\/1\.1 501 /s);
  expect(await refused).toMatchObject({ reason: 'method-not-supported' });
  other.socket.destroy();
});

it('RFC 9112 §9.3.2: content that breaks behind a request costs its own answer only', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  const broken = 'POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n';
  using client = rawClient(proxy.port, GET + broken);
  const connection = await upstream.connection(0);
  await connection.until('\r\n\r\n');
  connection.socket.write(OK);
  expect((await client.end()).text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
  expect(upstream.connections).toHaveLength(1);
});

it('RFC 9112 §9.3.2: a request that was answered before its end gets no second answer when that breaks', async () => {
  const sent = 'POST /a#b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n';
  await using proxy = await startProxy([]);
  using client = rawClient(proxy.port, sent);
  await client.until('bad-target');
  client.write('zz\r\n');
  expect((await client.end()).text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
});

it('RFC 9110 §7.8: what comes behind an upgrade that is ignored is not read, as node:http loses a part of it', async () => {
  const { text, head, requests } = await throughProxy(
    `GET /1 HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n${GET}`,
  );
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
  expect(head).toMatch(/\r\nconnection: close\r\n/i);
  expect(requests).toMatchObject([{ target: '/1' }]);
});

it.each([
  ['has sent nothing', ''],
  ['has sent half a head', 'GET / HTTP/1.1\r\nHos'],
])('RFC 9110 §15.5.9: a client that %s in time is answered 408', async (_, sent) => {
  await using proxy = await startProxy([], { connections: { headersTimeoutMs: 50 } });
  const refused = new Promise((resolve) => proxy.proxy.subscribe(resolve));
  expect(await exchangeBytes(proxy.port, sent)).toMatch(
    /^HTTP\/1\.1 408 .*x-evenkeel-reason: request-timeout\r\n.*\r\nconnection: close\r\n/s,
  );
  expect(await refused).toMatchObject({
    type: 'connectionRefused',
    remoteAddress: '127.0.0.1',
    reason: 'request-timeout',
    error: { code: 'ERR_HTTP_REQUEST_TIMEOUT' },
  });
});

it('RFC 9110 §15.5.9: a client that has not sent its content in time is answered 408, and the upstream let go', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], { connections: { requestTimeoutMs: 200 } });
  using client = rawClient(proxy.port, closing('POST /', 'Content-Length: 10\r\n', 'half'));
  const connection = await upstream.connection(0);
  await connection.until('half');
  expect((await client.end()).text).toMatch(/^HTTP\/1\.1 408 /);
  await connection.closed;
});

it('RFC 9112 §9.5: a connection that is idle between two requests is closed without an answer', async () => {
  await using upstream = await strictUpstream();
  await using proxy = await startProxy([upstream.port], { connections: { keepAliveTimeoutMs: 20 } });
  using client = rawClient(proxy.port, GET);
  const { text } = await client.end();
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200']);
});

it('RFC 9112 §9.3.1: a final answer that comes before the end of the request is relayed, and the rest read for a while', async () => {
  const clock = manualClock();
  await using upstream = await rawUpstream((_head, { socket }) => {
    socket.end('HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbig!');
  });
  await using proxy = await startProxy([upstream.port], { clock, connections: { lingerMs: 700 } });
  using client = rawClient(proxy.port, 'PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nstart');
  await client.until('big!');
  await proxy.event(0);
  client.write('more');
  expect(client.socket.destroyed).toBe(false);
  clock.advance(700);
  await client.end();
});

it('RFC 9112 §9.3.1: the connection is kept when the rest of such a request comes in time', async () => {
  await using upstream = await rawUpstream((head, { socket }) => {
    if (head.startsWith('PUT'))
      socket.end('HTTP/1.1 403 No\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno');
    else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes');
  });
  await using proxy = await startProxy([upstream.port]);
  using client = rawClient(proxy.port, 'PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nstart');
  await client.until('no');
  client.write(`12345${GET}`);
  await client.until('yes');
});

it('RFC 9112 §9.6: a client that goes away takes the upstream request with it at once', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  const client = rawClient(proxy.port, GET);
  const connection = await upstream.connection(0);
  await connection.until('\r\n\r\n');
  client.socket.destroy();
  await connection.closed;
  expect(await proxy.event(0)).toMatchObject({ status: 499, reason: 'client-gone' });
  expect(proxy.cluster.inspect().endpoints[0]).toMatchObject({ inFlight: 0, failures: 0, cancelled: 1 });
});

it('RFC 9112 §8: a client that goes away in the middle of its request never looks finished to the upstream', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  const client = rawClient(
    proxy.port,
    'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n',
  );
  const connection = await upstream.connection(0);
  await connection.until('one');
  client.socket.destroy();
  await connection.closed;
  expect(connection.received.endsWith('0\r\n\r\n')).toBe(false);
  expect(await proxy.event(0)).toMatchObject({ status: 499, reason: 'client-gone' });
});

it.each([
  ['GET', 200],
  ['POST', 502],
])(
  'RFC 9110 §9.2.2: %s on a connection that the upstream closes meanwhile is answered %i',
  async (method, status) => {
    await using upstream = await strictUpstream((_, { socket, requests }) => {
      if (requests.length === 1) socket.write(OK);
      else socket.destroy();
    });
    await using proxy = await startProxy([upstream.port], { client: {} });
    await exchangeBytes(proxy.port, closing('GET /first'));
    const content = method === 'POST' ? 'hi' : '';
    const fields = `Content-Length: ${content.length}\r\n`;
    const answer = parts(await exchangeBytes(proxy.port, closing(`${method} /again`, fields, content)));
    expect(answer.status).toBe(status);
    const sent = upstream.requests.filter(({ target }) => target === '/again');
    expect(sent).toHaveLength(method === 'POST' ? 1 : 2);
  },
);
