import { expect, it } from 'vitest';
import { exchangeBytes, parts } from './testing/raw-client.ts';
import { rawUpstream, type UpstreamConnection } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const ERROR = 'HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\nbad';
const request = (method: string, fields = '', body = '') =>
  `${method} /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${fields}\r\n${body}`;
const reset = (_head: string, { socket }: UpstreamConnection): void => void socket.resetAndDestroy();

it.each([
  ['refuses connections', undefined],
  ['resets them', reset],
  ['answers 500', ERROR],
])('a GET to an endpoint that %s is answered by another', async (_, broken) => {
  await using bad = await rawUpstream(broken);
  await using good = await rawUpstream(OK);
  await using proxy = await startProxy([broken === undefined ? 1 : bad.port, good.port], { client: {} });
  expect(parts(await exchangeBytes(proxy.port, request('GET')))).toMatchObject({ status: 200, body: 'ok' });
  expect(await proxy.event(0)).toMatchObject({
    attempts: 2,
    endpoint: `127.0.0.1:${good.port}`,
    status: 200,
    reason: undefined,
  });
});

it('a POST that was sent is never sent again (RFC 9110 §9.2.2)', async () => {
  await using bad = await rawUpstream(reset);
  await using good = await rawUpstream(OK);
  await using proxy = await startProxy([bad.port, good.port], { client: {} });
  const answer = parts(await exchangeBytes(proxy.port, request('POST', 'Content-Length: 2\r\n', 'hi')));
  expect(answer).toMatchObject({ status: 502 });
  expect(answer.head).toContain('x-evenkeel-reason: upstream-reset');
  expect(good.connections).toHaveLength(0);
});

it('a POST that was not sent yet goes to another endpoint, whole', async () => {
  await using good = await rawUpstream(OK);
  await using proxy = await startProxy([1, good.port], { client: {} });
  const post = request('POST', 'Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n');
  expect(parts(await exchangeBytes(proxy.port, post)).status).toBe(200);
  expect(good.connections[0]?.received.endsWith('\r\n\r\n5\r\nhello\r\n0\r\n\r\n')).toBe(true);
});

it('an answer that began is never taken back, and breaks where the upstream breaks', async () => {
  await using bad = await rawUpstream((_head, { socket }) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', () => socket.resetAndDestroy());
  });
  await using good = await rawUpstream(OK);
  await using proxy = await startProxy([bad.port, good.port], { client: {} });
  const { head, body } = parts(await exchangeBytes(proxy.port, request('GET')));
  expect(head).toContain('Content-Length: 10');
  expect(body.length).toBeLessThan(10);
  expect(good.connections).toHaveLength(0);
});

it('time limits of a route answer 504', async () => {
  await using hanging = await rawUpstream();
  await using proxy = await startProxy([hanging.port], {
    routes: [
      { cluster: 'api', match: { path: '/x' }, perTryTimeoutMs: 30 },
      { cluster: 'api', match: { path: '/y' }, overallTimeoutMs: 30 },
    ],
  });
  for (const path of ['/x', '/y']) {
    const { status, head } = parts(await exchangeBytes(proxy.port, request('GET').replace('/x', path)));
    expect(status).toBe(504);
    expect(head).toContain('x-evenkeel-reason: upstream-timeout');
  }
});

it('a route can turn retries off', async () => {
  await using bad = await rawUpstream(ERROR);
  await using good = await rawUpstream(OK);
  await using proxy = await startProxy([bad.port, good.port], {
    client: {},
    routes: [{ cluster: 'api', retry: false, name: 'once' }],
  });
  expect(parts(await exchangeBytes(proxy.port, request('GET')))).toMatchObject({ status: 500, body: 'bad' });
  expect(await proxy.event(0)).toMatchObject({ attempts: 1, route: 'once', reason: undefined });
});

it('nothing stays in flight, whatever happened', async () => {
  await using upstream = await rawUpstream((head, { socket }) => {
    const turn = Number(/X-Turn: (\d)/.exec(head)?.[1]);
    if (turn === 0) socket.resetAndDestroy();
    else if (turn === 1) socket.write(ERROR);
    else if (turn === 2) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx');
    else socket.write(OK);
  });
  await using proxy = await startProxy([upstream.port], { client: {} });
  await Promise.all(
    Array.from({ length: 40 }, (_, i) => exchangeBytes(proxy.port, request('GET', `X-Turn: ${i % 4}\r\n`))),
  );
  expect(proxy.proxy.active).toBe(0);
  expect(proxy.cluster.inspect().endpoints[0]).toMatchObject({ inFlight: 0, pending: 0 });
});
