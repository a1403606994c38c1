import { PassThrough, Readable } from 'node:stream';
import { expect, it } from 'vitest';
import type { Exchange, RawHeaders, ResponseListener } from '../exchange.ts';
import { rawUpstream } from '../testing/raw-upstream.ts';
import { startProxy } from '../testing/start-proxy.ts';

/** A transport without a network: what the response writer was told is written down. */
function memoryExchange(request: { method?: string; headers?: RawHeaders; body?: string }) {
  const told: unknown[] = [];
  let listener: ResponseListener | undefined;
  let ended: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const response = {
    started: false,
    closed: false,
    listen: (to: ResponseListener) => {
      listener = to;
    },
    inform: (status: number) => void told.push(status),
    start: (status: number, _reason: string, headers: RawHeaders) => {
      response.started = true;
      told.push(status, [...headers]);
    },
    write: (chunk: Uint8Array) => told.push(Buffer.from(chunk).toString()) > 0,
    end: () => {
      response.closed = true;
      listener?.closed(true);
      ended();
    },
    abort: () => {
      response.closed = true;
      listener?.closed(false);
      ended();
    },
    switchProtocols: () => new PassThrough(),
  };
  const { body } = request;
  const exchange: Exchange = {
    method: request.method ?? 'GET',
    target: '/x',
    httpVersion: '2.0',
    rawHeaders: ['host', 'h', ...(request.headers ?? [])],
    remoteAddress: '192.0.2.9',
    encrypted: true,
    body: body === undefined ? undefined : { open: () => Readable.from([Buffer.from(body)]) },
    upgrade: undefined,
    response,
  };
  return { exchange, told, done };
}

it('takes exchanges of any transport', async () => {
  await using upstream = await rawUpstream('HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 2\r\n\r\nok');
  await using proxy = await startProxy([upstream.port]);
  const { exchange, told, done } = memoryExchange({
    method: 'PUT',
    headers: ['content-length', '3'],
    body: 'abc',
  });
  proxy.proxy.exchange(exchange);
  await done;
  expect(told).toEqual([200, ['X-A', '1', 'Content-Length', '2'], 'ok']);
  const received = upstream.connections[0]?.received ?? '';
  expect(received).toContain(
    'via: 2.0 evenkeel\r\nx-forwarded-for: 192.0.2.9\r\nx-forwarded-proto: https\r\n',
  );
  expect(received.endsWith('\r\n\r\nabc')).toBe(true);
  expect(proxy.proxy.active).toBe(0);
});

it('breaks exchanges of any transport off after the grace', async () => {
  await using upstream = await rawUpstream();
  await using proxy = await startProxy([upstream.port]);
  const { exchange, told, done } = memoryExchange({});
  proxy.proxy.exchange(exchange);
  const connection = await upstream.connection(0);
  await proxy.proxy.close({ graceMs: 0 });
  await Promise.all([done, connection.closed]);
  expect(told).toEqual([]);
  expect(await proxy.event(0)).toMatchObject({ status: 503, reason: 'closing' });
});
