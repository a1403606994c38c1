import { toEndpoint } from '@evenkeel/core';
import { expect, test } from 'vitest';
import { type GrpcHealthCheckOptions, grpcHealthCheck } from './grpc-health-check.ts';
import { httpHealthCheck } from './http-health-check.ts';
import { http2Server, type TestHttp2Server } from './testing/http2-server.ts';
import { hangingServer, refusingAddress } from './testing/servers.ts';
import { TEST_CERT, TEST_KEY } from './testing/tls-fixture.ts';
import { until } from './testing/until.ts';

/** A name whose length takes two bytes, of which the server below takes the second for a part of the name. */
const LONG = 'x'.repeat(200);

const signal = new AbortController().signal;

async function outcome(address: string, options: GrpcHealthCheckOptions = {}): Promise<string> {
  try {
    await grpcHealthCheck(options).check(toEndpoint(address), { signal });
    return 'healthy';
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_EVENKEEL_HEALTH_CHECK' });
    return (error as Error).message;
  }
}

/** Answers as a server of gRPC does, with this status for each service. */
function healthServer(statuses: Record<string, number>, tls?: object): Promise<TestHttp2Server> {
  return http2Server(
    (stream, headers) => {
      const asked: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => asked.push(chunk));
      stream.on('end', () => {
        const service = Buffer.concat(asked).subarray(7).toString();
        const status = statuses[service];
        if (
          headers[':path'] !== '/grpc.health.v1.Health/Check' ||
          headers.te !== 'trailers' ||
          status === undefined
        ) {
          stream.respond(
            { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '5' },
            { endStream: true },
          );
          return;
        }
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
        stream.end(Buffer.from(status === 0 ? [0, 0, 0, 0, 0] : [0, 0, 0, 0, 2, 8, status]));
      });
    },
    tls === undefined ? {} : { tls },
  );
}

test('SERVING is healthy, of the server or of a service; everything else says what it is', async () => {
  await using server = await healthServer({
    '': 1,
    orders: 2,
    users: 0,
    [`\x01${LONG}`]: 1,
  });
  expect(await outcome(server.address)).toBe('healthy');
  expect(await outcome(server.address, { service: 'orders' })).toBe(
    `${server.address}: orders is NOT_SERVING`,
  );
  expect(await outcome(server.address, { service: 'users' })).toBe(`${server.address}: users is UNKNOWN`);
  expect(await outcome(server.address, { service: 'none' })).toMatch(/answered gRPC status 5$/);
  expect(await outcome(server.address, { service: LONG })).toBe('healthy');
  expect(server.sessions).toHaveLength(5);
  await until(() => server.sessions.every((session) => session.destroyed));
});

test('over TLS the certificate must hold', async () => {
  await using server = await healthServer({ '': 1 }, { cert: TEST_CERT, key: TEST_KEY });
  const secure = { protocol: 'h2', servername: 'orders.test' } as const;
  expect(await outcome(server.address, { ...secure, tls: { ca: TEST_CERT } })).toBe('healthy');
  expect(await outcome(server.address, secure)).toMatch(/failed: .*self-signed certificate/);
});

test('an endpoint that is not there, and one that never answers', async () => {
  expect(await outcome(await refusingAddress())).toMatch(/ECONNREFUSED/);
  await using server = await hangingServer();
  const controller = new AbortController();
  const checked = grpcHealthCheck().check(toEndpoint(server.address), { signal: controller.signal });
  checked.catch(() => {});
  await until(() => server.count === 1);
  controller.abort(new Error('too late'));
  await expect(checked).rejects.toThrow('too late');
});

test('a check by HTTP can go over HTTP/2 too', async () => {
  await using server = await http2Server((stream, headers) => {
    stream.respond({ ':status': headers[':path'] === '/healthz' ? 200 : 503 });
    stream.end('x');
  });
  const endpoint = toEndpoint(server.address);
  await httpHealthCheck({ protocol: 'h2c', path: '/healthz' }).check(endpoint, { signal });
  await expect(httpHealthCheck({ protocol: 'h2c' }).check(endpoint, { signal })).rejects.toThrow(
    'answered 503',
  );
  expect(server.sessions).toHaveLength(2);
});

test.each([[{ service: 5 }], [{ protocol: 'http' }], [{ port: 0 }], [{ other: 1 }]])(
  'refuses %o',
  (options) => {
    expect(() => grpcHealthCheck(options as never)).toThrow(Object.keys(options)[0]);
  },
);
