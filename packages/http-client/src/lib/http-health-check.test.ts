import { toEndpoint } from '@evenkeel/core';
import { MockAgent } from 'undici';
import { describe, expect, test } from 'vitest';
import { type HttpHealthCheckOptions, httpHealthCheck } from './http-health-check.ts';
import { answering, hangingServer, httpServer, refusingAddress, resettingServer } from './testing/servers.ts';
import { until } from './testing/until.ts';

const signal = new AbortController().signal;

async function outcome(address: string, options: HttpHealthCheckOptions = {}): Promise<string> {
  const checker = httpHealthCheck(options);
  try {
    await checker.check(toEndpoint(address), { signal });
    return 'healthy';
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_EVENKEEL_HEALTH_CHECK' });
    return (error as Error).message;
  } finally {
    await checker[Symbol.asyncDispose]?.();
  }
}

describe('an endpoint is healthy', () => {
  test.each([
    [200, undefined, true],
    [204, undefined, true],
    [301, undefined, false],
    [404, undefined, false],
    [503, undefined, false],
    [404, 404, true],
    [200, 404, false],
    [429, [200, 429], true],
    [302, (status: number) => status < 400, true],
  ])('with status %i, where %o is expected: %s', async (status, expectedStatus, healthy) => {
    await using server = await answering(status);
    const verdict = await outcome(server.address, expectedStatus === undefined ? {} : { expectedStatus });
    expect(verdict).toBe(healthy ? 'healthy' : `${server.address}: GET / answered ${status}`);
  });

  test('when the request it asks for is answered', async () => {
    const seen: unknown[] = [];
    await using server = await httpServer((request, response) => {
      seen.push(request.method, request.url, request.headers.host, request.headers['x-check']);
      response.end();
    });
    const options = {
      path: '/healthz?deep',
      method: 'HEAD',
      host: 'orders.test',
      headers: { 'x-check': 'yes' },
    };
    expect(await outcome(`127.0.0.1:1`, { ...options, port: server.port })).toBe('healthy');
    expect(seen).toEqual(['HEAD', '/healthz?deep', 'orders.test', 'yes']);
  });
});

describe('an endpoint is unhealthy', () => {
  test('when it refuses, or resets, and the error says so', async () => {
    const address = await refusingAddress();
    expect(await outcome(address)).toBe(`${address}: GET / failed: connect ECONNREFUSED ${address}`);
    await using resetting = await resettingServer();
    expect(await outcome(resetting.address)).toMatch(/failed: /);
  });

  test('when its answer breaks off', async () => {
    await using server = await httpServer((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('five', () => response.destroy());
    });
    expect(await outcome(server.address)).toMatch(/failed: /);
  });
});

test('the signal ends a check that hangs at once, also while it connects', async () => {
  await using server = await hangingServer();
  await using checker = httpHealthCheck() as ReturnType<typeof httpHealthCheck> & AsyncDisposable;
  const abort = new AbortController();
  const check = checker.check(toEndpoint(server.address), { signal: abort.signal });
  await until(() => server.count === 1);
  abort.abort(new Error('took too long'));
  await expect(check).rejects.toThrow('took too long');
  await until(() => server.sockets.size === 0);

  const connecting = new AbortController();
  const early = checker.check(toEndpoint(server.address), { signal: connecting.signal });
  connecting.abort(new Error('not even connected'));
  await expect(early).rejects.toThrow('not even connected');
  await expect(checker.check(toEndpoint(server.address), { signal: connecting.signal })).rejects.toThrow(
    'not even connected',
  );
});

test('each check makes a connection of its own and leaves none behind', async () => {
  await using server = await answering(200, 'x'.repeat(1_000));
  const connections: unknown[] = [];
  server.server.on('connection', (socket) => connections.push(socket));
  await using checker = httpHealthCheck() as ReturnType<typeof httpHealthCheck> & AsyncDisposable;
  for (let i = 0; i < 3; i++) await checker.check(toEndpoint(server.address), { signal });
  expect(connections).toHaveLength(3);
  await until(() => server.sockets.size === 0);
});

test('an endless answer is read only up to a limit', async () => {
  await using server = await httpServer((_request, response) => {
    const write = (): void => {
      if (response.write(Buffer.alloc(65_536))) setImmediate(write);
      else response.once('drain', write);
    };
    write();
  });
  expect(await outcome(server.address)).toBe('healthy');
  await until(() => server.sockets.size === 0);
});

test('a dispatcher may be passed in, and stays open', async () => {
  const mock = new MockAgent();
  mock.get('https://10.0.0.1:80').intercept({ path: '/', method: 'GET' }).reply(200);
  expect(await outcome('10.0.0.1:80', { dispatcher: mock, protocol: 'https' })).toBe('healthy');
  await mock.close();
});

test.each([
  ['path', { path: 'healthz' }],
  ['port', { port: 70_000 }],
  ['port', { port: 0 }],
  ['method', { method: 'GE T' }],
  ['host', { host: 'a\r\nb' }],
  ['headers', { headers: 5 }],
  ['headers', { headers: { 'a b': 'c' } }],
  ['headers', { headers: { a: 'b\r\nc' } }],
  ['tls', { tls: 5 }],
  ['dispatcher', { dispatcher: {} }],
  ['dispatcher', { dispatcher: null }],
  ['expectedStatus', { expectedStatus: '200' }],
  ['protocol', { protocol: 'tcp' }],
  ['expectedStatus', { expectedStatus: 20 }],
])('the option %s is checked', (field, options) => {
  expect(() => httpHealthCheck(options as never)).toThrow(expect.objectContaining({ field }));
});
