import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import type { Middleware } from './middleware/middleware.ts';
import { wrapResponse } from './middleware/wrap-response.ts';
import { rawUpstream } from './testing/raw-upstream.ts';
import { startProxy } from './testing/start-proxy.ts';

const OK = 'HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok';

async function through(middleware: readonly Middleware[], before: readonly Middleware[] = []) {
  const upstream = await rawUpstream(OK);
  const proxy = await startProxy([upstream.port], {
    middleware: before,
    routes: [{ match: { path: '/x' }, cluster: 'api', middleware }],
  });
  return {
    ...proxy,
    upstream,
    url: `http://127.0.0.1:${proxy.port}`,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

it('takes a request through the middleware of the proxy and then of its route, in order', async () => {
  const mark =
    (name: string): Middleware =>
    ({ headers }, next) => {
      headers.append('x-way', name);
      next();
    };
  await using proxy = await through([mark('c'), mark('d')], [mark('a'), mark('b')]);
  expect(await (await fetch(`${proxy.url}/x`)).text()).toBe('ok');
  expect(proxy.upstream.connections[0]?.received).toContain(
    'x-way: a\r\nx-way: b\r\nx-way: c\r\nx-way: d\r\n',
  );
});

it('sends what middleware makes of a request', async () => {
  await using proxy = await through([
    (request, next) => {
      request.method = 'PUT';
      request.path = '/y?z';
      request.headers.set('host', 'other.example');
      request.headers.delete('accept');
      request.headers.set('content-length', '3');
      request.body = { open: () => Readable.from([Buffer.from('abc')]) };
      next();
    },
  ]);
  await fetch(`${proxy.url}/x`);
  const received = proxy.upstream.connections[0]?.received ?? '';
  expect(received).toMatch(/^PUT \/y\?z HTTP\/1\.1\r\nhost: other\.example\r\n/);
  expect(received).not.toMatch(/^accept:/im);
  expect(received.endsWith('\r\n\r\nabc')).toBe(true);
});

it('answers from middleware without asking the upstream, and says so in the event', async () => {
  await using proxy = await through([
    (request) =>
      request.fail({ status: 429, reason: 'too-many', message: 'Slow down.', headers: ['retry-after', '7'] }),
  ]);
  const response = await fetch(`${proxy.url}/x`);
  expect(response.status).toBe(429);
  expect(response.headers.get('retry-after')).toBe('7');
  expect(await response.json()).toEqual({ status: 429, reason: 'too-many', message: 'Slow down.' });
  expect(await proxy.event(0)).toMatchObject({ status: 429, reason: 'too-many', attempts: 0, route: '*/x' });
  expect(proxy.upstream.connections).toHaveLength(0);
});

it('gives requests that no route matches to the middleware of the proxy', async () => {
  await using proxy = await through(
    [],
    [
      (request, next) => {
        if (request.route === undefined) request.respond(200, ['content-type', 'text/plain'], 'mine');
        else next();
      },
    ],
  );
  expect(await (await fetch(`${proxy.url}/nowhere`)).text()).toBe('mine');
  await using plain = await through([]);
  expect((await fetch(`${plain.url}/nowhere`)).status).toBe(404);
});

it('waits for middleware that passes on later, and does not go on when the client has left', async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>();
  await using proxy = await through([(_request, next) => void arrive(next)]);
  const abort = new AbortController();
  const left = fetch(`${proxy.url}/x`, { signal: abort.signal });
  const next = await arrived;
  abort.abort();
  await expect(left).rejects.toThrow();
  expect(await proxy.event(0)).toMatchObject({ reason: 'client-gone' });
  next();
  next();
  expect(proxy.upstream.connections).toHaveLength(0);
});

it.each<[string, Middleware]>([
  [
    'throws',
    () => {
      throw new Error('a bug');
    },
  ],
  ['rejects', () => Promise.reject(new Error('a bug'))],
])('answers 500 when middleware %s, and tells why in the event alone', async (_how, middleware) => {
  await using proxy = await through([middleware]);
  const response = await fetch(`${proxy.url}/x`);
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('a bug');
  expect(await proxy.event(0)).toMatchObject({ reason: 'internal', error: new Error('a bug') });
});

it('lets middleware change the head of every answer, its own included', async () => {
  const tagged: Middleware = (request, next) => {
    request.onResponse((head) => {
      head.headers.delete('x-a');
      head.headers.set('x-status', String(head.status));
    });
    next();
  };
  await using proxy = await through([tagged], [tagged]);
  const response = await fetch(`${proxy.url}/x`);
  expect([response.headers.get('x-a'), response.headers.get('x-status')]).toEqual([null, '200']);
  expect((await fetch(`${proxy.url}/nowhere`)).headers.get('x-status')).toBe('404');
});

it('lets middleware stand before the answer, and tells when the exchange is over', async () => {
  const ended: boolean[] = [];
  await using proxy = await through([
    (request, next) => {
      const inner = request.response;
      request.response = wrapResponse(inner, {
        start: (status, reason, headers) => inner.start(status, reason, [...headers, 'x-wrapped', '1']),
        write: (chunk) => inner.write(Buffer.from(Buffer.from(chunk).toString().toUpperCase())),
      });
      request.onEnd((complete) => void ended.push(complete));
      next();
    },
  ]);
  const response = await fetch(`${proxy.url}/x`);
  expect(response.headers.get('x-wrapped')).toBe('1');
  expect(await response.text()).toBe('OK');
  await proxy.event(0);
  expect(ended).toEqual([true]);
});
