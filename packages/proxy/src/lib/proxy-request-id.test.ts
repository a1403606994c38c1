import { expect, it } from 'vitest';
import type { ProxyOptions } from './proxy-options.ts';
import { exchangeBytes } from './testing/raw-client.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** Sends one request, and returns the ids that upstream, client and event have seen. */
async function ids(options: Partial<ProxyOptions>, fields = '', path = '/') {
  await using upstream = await rawUpstream(
    'HTTP/1.1 200 OK\r\nX-Request-Id: theirs\r\nContent-Length: 0\r\n\r\n',
  );
  await using proxy = await startProxy([upstream.port], {
    routes: [{ match: { path: '/' }, cluster: 'api' }],
    ...options,
  });
  const host = path === '/' ? 'Host: h\r\n' : '';
  const answer = await exchangeBytes(
    proxy.port,
    `GET ${path} HTTP/1.1\r\n${host}Connection: close\r\n${fields}\r\n`,
  );
  const find = (text = '', name = 'x-request-id') =>
    [...text.matchAll(new RegExp(`\r\n${name}: ([^\r]*)`, 'gi'))].map(([, id]) => id);
  return {
    upstream: find(upstream.connections[0]?.received),
    client: find(answer),
    event: (await proxy.event(0)).requestId,
    other: find(upstream.connections[0]?.received, 'x-trace'),
  };
}

it('gives no ids unless asked to', async () => {
  expect(await ids({}, 'X-Request-Id: mine\r\n')).toMatchObject({
    upstream: ['mine'],
    client: ['theirs'],
    event: undefined,
  });
});

it('gives each request a random one, and a client no say in it', async () => {
  const [first, second] = [
    await ids({ requestId: true }),
    await ids({ requestId: true }, 'X-Request-Id: mine\r\n'),
  ];
  for (const { upstream, event, client } of [first, second]) {
    expect(upstream).toEqual([expect.stringMatching(UUID)]);
    expect(event).toBe(upstream[0]);
    expect(client).toEqual(['theirs']);
  }
  expect(first.event).not.toBe(second.event);
});

it('keeps the one of a trusted proxy, if it is valid and only one', async () => {
  const options = { requestId: { respond: true }, trustedProxies: ['127.0.0.1'] };
  const kept = '01ARZ3NDEKTSV4RRFFQ69G5FAV/x:1=';
  expect(await ids(options, `X-REQUEST-ID: ${kept}\r\n`)).toMatchObject({
    upstream: [kept],
    client: [kept],
    event: kept,
  });
  for (const wrong of ['', 'a b', 'x"', 'x'.repeat(129), 'a\r\nX-Request-Id: b']) {
    const { upstream, client, event } = await ids(options, `X-Request-Id: ${wrong}\r\n`);
    expect(event).toMatch(UUID);
    expect([upstream, client]).toEqual([[event], [event]]);
  }
});

it('sends it in any field, and in answers of its own as well', async () => {
  const options = { requestId: { header: 'X-Trace', respond: false } };
  const { other, event } = await ids(options);
  expect(other).toEqual([event]);
  const refused = await ids({ requestId: { respond: true } }, '', '/no-host');
  expect(refused).toMatchObject({ upstream: [], client: [expect.stringMatching(UUID)] });
  expect(refused.event).toBe(refused.client[0]);
});

it.each<[unknown, string]>([
  ['x-request-id', 'requestId: got "x-request-id", expected an object with options, true or false'],
  [{ header: 'a b' }, 'requestId.header: got "a b", expected a name of a field such as "x-user"'],
  [{ header: 'Host' }, 'requestId.header: got "Host", expected a name of a field such as "x-user"'],
  [{ respond: 1 }, 'requestId.respond: got 1, expected true or false'],
])('refuses %j', async (requestId, message) => {
  await expect(startProxy([], { requestId: requestId as boolean })).rejects.toThrow(message);
});
