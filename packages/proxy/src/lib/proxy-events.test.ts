import { cache, createCacheStore } from '@evenkeel/cache';
import type { Dispatcher } from 'undici';
import { expect, it } from 'vitest';
import type { ExchangeEnded } from './events/exchange-ended.ts';
import { createProxy } from './proxy.ts';
import { exchangeBytes, parts, rawClient } from './testing/raw-client.ts';
import { rawUpstream, type UpstreamConnection } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const OK = 'HTTP/1.1 200 OK\r\nX-Up: 1\r\nContent-Length: 2\r\n\r\nok';
const request = (method = 'GET', fields = '', body = '') =>
  `${method} /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${fields}\r\n${body}`;
const reset = (_head: string, { socket }: UpstreamConnection): void => void socket.resetAndDestroy();

it('says why each attempt was made, what it met and how long it took', async () => {
  await using broken = await rawUpstream(reset);
  await using failing = await rawUpstream('HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n');
  await using good = await rawUpstream(OK);
  await using proxy = await startProxy([broken.port, failing.port, good.port], { client: {} });
  expect(parts(await exchangeBytes(proxy.port, request())).status).toBe(200);
  const { attempts, attemptLog, reason, durationMs } = await proxy.event(0);
  expect(attempts).toBe(3);
  expect(reason).toBeUndefined();
  expect(attemptLog).toMatchObject([
    {
      endpoint: `127.0.0.1:${broken.port}`,
      kind: 'first',
      outcome: 'failure',
      status: undefined,
      reason: 'upstream-reset',
      error: expect.any(Error),
    },
    {
      endpoint: `127.0.0.1:${failing.port}`,
      kind: 'retry',
      outcome: 'failure',
      status: 503,
      reason: undefined,
    },
    { endpoint: `127.0.0.1:${good.port}`, kind: 'retry', outcome: 'success', status: 200, error: undefined },
  ]);
  let end = 0;
  for (const one of attemptLog) {
    expect(one.startedMs).toBeGreaterThanOrEqual(end);
    end = one.startedMs + one.durationMs;
  }
  expect(end).toBeLessThanOrEqual(durationMs);
});

it('tells hedges from retries, and that the slow one was given up', async () => {
  await using slow = await rawUpstream();
  await using good = await rawUpstream(OK);
  await using proxy = await startProxy([slow.port, good.port], { client: { hedge: { delayMs: 5 } } });
  expect(parts(await exchangeBytes(proxy.port, request())).status).toBe(200);
  expect((await proxy.event(0)).attemptLog).toMatchObject([
    { kind: 'first', outcome: 'cancelled', status: undefined },
    { kind: 'hedge', outcome: 'success', status: 200 },
  ]);
});

it('has sizes, times, version and the fields of both sides', async () => {
  await using upstream = await rawUpstream(OK);
  await using proxy = await startProxy([upstream.port]);
  await exchangeBytes(
    proxy.port,
    request('POST', 'User-Agent: test/1\r\nTransfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n'),
  );
  const event = await proxy.event(0);
  expect(event).toMatchObject({ httpVersion: '1.1', requestBytes: 5, responseBytes: 2 });
  expect(event.requestHeaders).toEqual(expect.arrayContaining(['User-Agent', 'test/1']));
  expect(event.responseHeaders).toEqual(expect.arrayContaining(['X-Up', '1']));
  expect(event.firstByteMs).toBeGreaterThan(0);
  expect(event.firstByteMs).toBeLessThanOrEqual(event.durationMs);
});

it('has the size of its own answers, and no first byte where nothing was sent', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port], {
    routes: [{ cluster: 'api', match: { path: '/x' } }],
  });
  const { body } = parts(
    await exchangeBytes(proxy.port, 'GET /y HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'),
  );
  expect(await proxy.event(0)).toMatchObject({ status: 404, responseBytes: body.length, attemptLog: [] });
  using client = rawClient(proxy.port, request());
  await (await upstream.connection(0)).until('\r\n\r\n');
  client.socket.destroy();
  expect(await proxy.event(1)).toMatchObject({
    status: 499,
    reason: 'client-gone',
    firstByteMs: undefined,
    responseHeaders: [],
    attemptLog: [{ outcome: 'cancelled' }],
  });
});

it.each([true, false])('says what the cache did (Cache-Status sent: %s)', async (cacheStatus) => {
  let now = Date.now();
  let answer = 'Cache-Control: max-age=60, stale-if-error=60\r\nETag: "a"\r\n';
  await using upstream = await rawUpstream((head, { socket }) => {
    const same = head.includes('if-none-match') && answer.includes('"a"');
    if (answer === '') socket.write('HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n');
    else if (same) socket.write(`HTTP/1.1 304 Not Modified\r\n${answer}\r\n`);
    else socket.write(`HTTP/1.1 200 OK\r\n${answer}Content-Length: 2\r\n\r\nok`);
  });
  await using store = createCacheStore({ now: () => now });
  const cached = cache({ store, now: () => now, cacheStatus });
  await using proxy = await startProxy([upstream.port], {
    routes: [{ cluster: 'api', match: { path: '/x' }, cache: cached }, { cluster: 'api' }],
  });
  const outcome = async (text = request()) => {
    const before = proxy.events.length;
    await exchangeBytes(proxy.port, text);
    return (await proxy.event(before)).cacheStatus;
  };
  expect(await outcome()).toBe('miss');
  expect(await outcome()).toBe('hit');
  now += 61_000;
  expect(await outcome()).toBe('revalidated');
  now += 61_000;
  answer = 'Cache-Control: max-age=60, stale-if-error=60\r\nETag: "b"\r\n';
  expect(await outcome()).toBe('expired');
  now += 61_000;
  answer = '';
  expect(await outcome()).toBe('stale');
  expect(await outcome(request('POST', 'Content-Length: 0\r\n'))).toBe('bypass');
  expect(await outcome('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')).toBeUndefined();
});

it('asks for none of this while nobody listens', async () => {
  const sent: Dispatcher.DispatchOptions[] = [];
  await using proxy = await startProxy([]);
  const dispatcher = {
    dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) {
      sent.push(options);
      handler.onResponseError?.(undefined as never, new Error('no'));
      return true;
    },
  } as unknown as Dispatcher;
  await using quiet = createProxy({
    routes: [{ cluster: 'api' }],
    clusters: [proxy.cluster],
    dispatcher,
  });
  const { port } = await quiet.listen({ port: 0, host: '127.0.0.1' });
  await exchangeBytes(port, request());
  const events: ExchangeEnded[] = [];
  const subscription = quiet.subscribe((event) => event.type === 'exchangeEnded' && events.push(event));
  await exchangeBytes(port, request());
  subscription[Symbol.dispose]();
  await exchangeBytes(port, request());
  const settings = sent.map((options) => (options as { evenkeel?: object }).evenkeel);
  expect(settings).toEqual([undefined, { observer: expect.anything() }, undefined]);
  expect(events).toHaveLength(1);
});
