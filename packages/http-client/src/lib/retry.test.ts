import { Readable } from 'node:stream';
import { isEvenkeelError, NoEndpointsError, retryBudget } from '@evenkeel/core';
import { manualClock, settle } from '@evenkeel/core/testing';
import { describe, expect, test } from 'vitest';

import { fakeCluster } from './testing/fake-cluster.ts';
import { readyClient } from './testing/ready-client.ts';
import {
  answering,
  hangingServer,
  httpServer,
  rawServer,
  refusingAddress,
  resettingServer,
} from './testing/servers.ts';
import { until } from './testing/until.ts';

const get = { origin: 'http://orders', path: '/', method: 'GET' } as const;
const post = { ...get, method: 'POST', body: 'x' } as const;

describe('what is retried', () => {
  test('a refused connection: at once, at another endpoint', async () => {
    await using good = await answering(200, 'fine');
    const orders = fakeCluster([await refusingAddress(), good.address]);
    await using client = await readyClient({ clusters: { orders } });
    const response = await client.request(get);
    expect([response.statusCode, await response.body.text()]).toEqual([200, 'fine']);
    expect(orders.kinds()).toEqual(['failure', 'success']);
    expect(orders.picks[1]!.context).toMatchObject({
      attempt: 1,
      exclude: new Set(orders.picks.map((pick) => pick.endpoint.id)),
    });
  });

  test.each([500, 502, 503, 504])('a %i for a GET', async (status) => {
    await using bad = await answering(status, 'bad');
    await using good = await answering(200, 'fine');
    const orders = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders } });
    const response = await client.request(get);
    expect([response.statusCode, await response.body.text()]).toEqual([200, 'fine']);
    expect(orders.kinds()).toEqual(['failure', 'success']);
    expect(orders.picks[0]!.outcomes[0]).toMatchObject({ statusCode: status });
  });

  test('a connection reset before the status, for a PUT with its body', async () => {
    await using bad = await resettingServer();
    let body = '';
    await using good = await httpServer((request, response) => {
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => response.end('ok'));
    });
    const orders = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders } });
    const response = await client.request({ ...get, method: 'PUT', body: 'content' });
    expect(await response.body.text()).toBe('ok');
    expect(body).toBe('content');
  });

  test('a refused POST, as nothing was sent, even with a stream', async () => {
    await using good = await httpServer((request, response) => void request.pipe(response));
    const orders = fakeCluster([await refusingAddress(), good.address]);
    await using client = await readyClient({ clusters: { orders } });
    const response = await client.request({ ...get, method: 'POST', body: Readable.from(['a', 'b']) });
    expect(await response.body.text()).toBe('ab');
  });

  test.each([
    ['an upgrade', { upgrade: 'chat' }],
    ['CONNECT', { method: 'CONNECT' }],
  ])('%s is not once it was sent', async (_name, extra) => {
    await using bad = await resettingServer();
    await using good = await answering(200);
    const orders = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders } });
    const error = await new Promise<Error>((resolve, reject) => {
      client.dispatch(
        { ...get, ...extra },
        {
          onRequestStart() {},
          onRequestUpgrade: reject,
          onResponseError: (_controller, error) => resolve(error),
        },
      );
    });
    expect(isEvenkeelError(error, 'ERR_EVENKEEL_UPSTREAM')).toBe(true);
    expect(orders.kinds()).toEqual(['failure']);
  });

  test('a POST is not once it was sent: neither after a reset nor after a 503', async () => {
    await using reset = await resettingServer();
    await using busy = await answering(503, 'busy');
    await using good = await answering(200);
    for (const bad of [reset, busy]) {
      const orders = fakeCluster([bad.address, good.address]);
      await using client = await readyClient({ clusters: { orders } });
      const answer = await client.request(post).then(
        (response) => response.body.text(),
        (error: unknown) => error,
      );
      if (bad === busy) expect(answer).toBe('busy');
      else
        expect(answer).toMatchObject({ code: 'ERR_EVENKEEL_UPSTREAM', source: 'upstream', retryable: false });
      expect(orders.kinds()).toEqual(['failure']);
    }
    expect(good.count).toBe(0);
  });

  test('a POST that the caller calls idempotent is', async () => {
    await using bad = await answering(503);
    await using good = await answering(200, 'fine');
    const orders = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders } });
    expect((await client.request({ ...post, idempotent: true })).statusCode).toBe(200);
  });

  test('a response that broke off after its headers is not', async () => {
    await using bad = await rawServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nbegin', () => socket.end());
      });
    });
    await using good = await answering(200);
    const orders = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders } });
    const response = await client.request(get);
    await expect(response.body.text()).rejects.toMatchObject({
      code: 'ERR_EVENKEEL_UPSTREAM',
      retryable: false,
    });
    expect(orders.kinds()).toEqual(['failure']);
    expect(good.count).toBe(0);
  });

  test('nothing is with retry: false, for the client or for one request', async () => {
    await using bad = await answering(503, 'busy');
    await using good = await answering(200);
    const orders = fakeCluster([bad.address, good.address]);
    await using never = await readyClient({ clusters: { orders }, retry: false });
    expect(await (await never.request(get)).body.text()).toBe('busy');
    const again = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders: again } });
    const response = await client.fetch('http://orders/', { evenkeel: { retry: false } });
    expect(await response.text()).toBe('busy');
    expect(good.count).toBe(0);
  });
});

describe('a streamed body', () => {
  test('is sent again from the buffer, whole and in order', async () => {
    await using bad = await httpServer((request, response) => {
      request.once('data', () => response.writeHead(503).end());
    });
    await using good = await httpServer((request, response) => void request.pipe(response));
    const orders = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders } });
    const body = Readable.from(['one ', 'two ', 'three']);
    const response = await client.request({ ...get, method: 'PUT', body });
    expect(await response.body.text()).toBe('one two three');
  });

  test('of fetch is sent again as well', async () => {
    await using bad = await httpServer((request, response) => {
      request.resume().on('end', () => response.writeHead(503).end());
    });
    await using good = await httpServer((request, response) => void request.pipe(response));
    const orders = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders } });
    const response = await client.fetch('http://orders/', { method: 'PUT', body: 'of a fetch' });
    expect(await response.text()).toBe('of a fetch');
    expect(orders.kinds()).toEqual(['failure', 'success']);
  });

  test('longer than the buffer is sent once, whole, and not again', async () => {
    const sizes: number[] = [];
    await using bad = await httpServer((request, response) => {
      let size = 0;
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
      });
      request.on('end', () => {
        sizes.push(size);
        response.writeHead(503).end('late');
      });
    });
    await using good = await answering(200);
    const orders = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders }, retry: { replayBufferBytes: 1_000 } });
    const body = Readable.from(Array.from({ length: 20 }, () => Buffer.alloc(100)));
    const response = await client.request({ ...get, method: 'PUT', body });
    expect([response.statusCode, await response.body.text()]).toEqual([503, 'late']);
    expect(sizes).toEqual([2_000]);
    expect(good.count).toBe(0);
  });

  test('that breaks is the fault of no endpoint', async () => {
    await using server = await hangingServer();
    const orders = fakeCluster([server.address, server.address]);
    await using client = await readyClient({ clusters: { orders } });
    for (const method of ['PUT', 'POST'] as const) {
      const body = Readable.from(
        (async function* () {
          yield 'some';
          throw new Error('source broke');
        })(),
      );
      await expect(client.request({ ...get, method, body })).rejects.toThrow('source broke');
    }
    expect(orders.kinds()).toEqual(['cancelled', 'cancelled']);
  });
});

describe('when retries end', () => {
  test('the last response goes to the caller as it is', async () => {
    await using first = await answering(503, 'first', { 'x-from': '1' });
    await using second = await answering(502, 'second', { 'x-from': '2' });
    await using third = await answering(503, 'third', { 'x-from': '3' });
    const orders = fakeCluster([first.address, second.address, third.address]);
    await using client = await readyClient({ clusters: { orders }, random: () => 0 });
    const response = await client.request(get);
    expect([response.statusCode, response.headers['x-from'], await response.body.text()]).toEqual([
      503,
      '3',
      'third',
    ]);
    expect(orders.kinds()).toEqual(['failure', 'failure', 'failure']);
  });

  test('the last error goes to the caller, with the cluster, the endpoint and its cause', async () => {
    const address = await refusingAddress();
    const orders = fakeCluster([address]);
    await using client = await readyClient({
      clusters: { orders },
      retry: { maxRetries: 1 },
      random: () => 0,
    });
    const error = await client.request(get).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'ERR_EVENKEEL_UPSTREAM',
      retryable: true,
      cause: { code: 'ECONNREFUSED' },
    });
    expect((error as Error).message).toMatch(`cluster "orders", endpoint ${address}: `);
    expect((error as Error).message).toContain('(attempt 2)');
  });

  test('a budget that is spent ends them', async () => {
    await using bad = await answering(503, 'busy');
    await using good = await answering(200);
    const clock = manualClock();
    const budget = retryBudget({ ratio: 0, minPerSecond: 0.1, clock });
    const orders = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders }, retry: { budget } });
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) {
      const response = await client.request(get);
      await response.body.dump();
      statuses.push(response.statusCode);
    }
    // The first was saved by the only token, and the next pick after it was the bad one again.
    expect(statuses).toEqual([200, 503, 200]);
    expect(orders.picks).toHaveLength(4);
  });

  test('the first response is kept when no endpoint can be picked for a retry', async () => {
    const failing = new NoEndpointsError(
      'orders',
      { known: 0, healthy: 0, ejected: 0, draining: 0 },
      'all gone',
    );
    const orders = fakeCluster([]);
    await using bad = await httpServer((_request, response) => {
      orders.failWith = failing;
      response.writeHead(503).end('the only answer');
    });
    const real = fakeCluster([bad.address]);
    orders.pick = function pick(context) {
      if (this.failWith !== undefined) throw this.failWith;
      return real.pick(context);
    };
    await using client = await readyClient({ clusters: { orders } });
    const response = await client.request(get);
    expect([response.statusCode, await response.body.text()]).toEqual([503, 'the only answer']);
    expect(real.kinds()).toEqual(['failure']);
  });
});

describe('the wait before a retry', () => {
  test('is jittered, and only where no other endpoint is left to try at once', async () => {
    await using bad = await answering(503, 'busy');
    const clock = manualClock();
    const orders = fakeCluster([bad.address]);
    await using client = await readyClient({ clusters: { orders }, clock, random: () => 0.5 });
    const answer = client.request(get);
    await until(() => clock.pendingTimers === 1);
    expect([bad.count, orders.inFlight()]).toEqual([1, 1]);
    clock.advance(12.4);
    expect(bad.count).toBe(1);
    clock.advance(0.2);
    await until(() => bad.count === 2 && clock.pendingTimers === 1);
    clock.advance(25);
    const response = await answer;
    expect([response.statusCode, await response.body.text(), bad.count]).toEqual([503, 'busy', 3]);
    expect(orders.kinds().filter((kind) => kind === 'failure')).toHaveLength(3);
    expect(orders.inFlight()).toBe(0);
  });

  test('of Retry-After is kept for an endpoint already tried, and not for another one', async () => {
    await using busy = await answering(503, 'busy', { 'retry-after': '2' });
    await using good = await answering(200, 'fine');
    await using client = await readyClient({
      clusters: { orders: fakeCluster([busy.address, good.address]) },
    });
    expect(await (await client.request(get)).body.text()).toBe('fine');

    const clock = manualClock();
    await using alone = await readyClient({
      clusters: { orders: fakeCluster([busy.address]) },
      clock,
      retry: { maxRetries: 1 },
    });
    const answer = alone.request(get);
    await until(() => clock.pendingTimers === 1);
    clock.advance(1_999);
    expect(busy.count).toBe(2);
    clock.advance(1);
    expect(await (await answer).body.text()).toBe('busy');
    expect(busy.count).toBe(3);
  });

  test('of Retry-After is kept by a later retry that finds only tried endpoints', async () => {
    await using busy = await answering(503, 'busy', { 'retry-after': '2' });
    await using other = await answering(503, 'other');
    const clock = manualClock();
    const orders = fakeCluster([busy.address, other.address]);
    await using client = await readyClient({ clusters: { orders }, clock, random: () => 0.5 });
    const answer = client.request(get);
    await until(() => other.count === 1 && clock.pendingTimers === 1);
    clock.advance(100);
    expect([busy.count, clock.pendingTimers]).toEqual([1, 1]);
    clock.advance(1_899);
    expect(busy.count + other.count).toBe(2);
    clock.advance(1);
    await (await answer).body.dump();
    expect(busy.count + other.count).toBe(3);
  });

  test('of a Retry-After that is too long, or past the deadline, is not begun', async () => {
    await using busy = await answering(503, 'busy', { 'retry-after': '2' });
    const clock = manualClock();
    for (const limit of [{ retry: { maxRetryAfterMs: 1_000 } }, { overallTimeoutMs: 1_500 }]) {
      const orders = fakeCluster([busy.address]);
      await using client = await readyClient({ clusters: { orders }, clock, ...limit });
      const response = await client.request(get);
      expect([response.statusCode, await response.body.text()]).toEqual([503, 'busy']);
      expect(clock.pendingTimers).toBe(0);
    }
  });

  test('ends when the caller aborts, with the reason it gave', async () => {
    const clock = manualClock();
    const orders = fakeCluster([await refusingAddress()]);
    await using client = await readyClient({ clusters: { orders }, clock });
    const abort = new AbortController();
    const answer = client.request({ ...get, signal: abort.signal });
    await until(() => clock.pendingTimers === 1);
    abort.abort(new Error('changed my mind'));
    await expect(answer).rejects.toThrow('changed my mind');
    expect(clock.pendingTimers).toBe(0);
  });

  test('holds a response whose body ends, or breaks, meanwhile, and hands it on at last', async () => {
    const clock = manualClock();
    await using closing = await rawServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 503 Busy\r\nconnection: close\r\n\r\nwhole body'));
    });
    await using breaking = await rawServer((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 503 Busy\r\ncontent-length: 50\r\n\r\nhalf a body'));
    });
    for (const [server, expected] of [
      [closing, 'whole body'],
      [breaking, 'ERR_EVENKEEL_UPSTREAM'],
    ] as const) {
      const orders = fakeCluster([server.address]);
      await using client = await readyClient({ clusters: { orders }, clock });
      const answer = client.request(get);
      await until(() => clock.pendingTimers === 1);
      if (server === breaking) {
        const [socket] = server.sockets;
        socket!.resetAndDestroy();
        await until(() => server.sockets.size === 0);
        await settle();
      }
      orders.failWith = new Error('nobody left');
      clock.advance(25);
      const text = await answer
        .then((response) => response.body.text())
        .catch((error: { code: string }) => error.code);
      expect(text).toBe(expected);
      expect(orders.picks[0]!.outcomes).toMatchObject([{ kind: 'failure', statusCode: 503 }]);
      expect(orders.inFlight()).toBe(0);
    }
  });
});

test('the connection of an unwanted short answer is kept, that of an endless one is not', async () => {
  await using short = await answering(503, 'short');
  await using endless = await httpServer((_request, response) => {
    response.writeHead(503);
    const write = (): void =>
      void (response.write(Buffer.alloc(65_536)) ? setImmediate(write) : response.once('drain', write));
    write();
  });
  await using good = await answering(200, 'fine');
  const orders = fakeCluster([short.address, good.address, endless.address, good.address]);
  // A clock that stands still: what ends the endless one is its size.
  await using client = await readyClient({ clusters: { orders }, clock: manualClock() });
  await (await client.request(get)).body.dump();
  expect(short.sockets.size).toBe(1);
  await (await client.request(get)).body.dump();
  await until(() => endless.sockets.size === 0);
  expect(endless.count).toBe(1);
});

test('an unwanted answer that never ends is given up after a second', async () => {
  await using stuck = await httpServer((_request, response) => {
    response.writeHead(503).write('stuck');
  });
  await using good = await answering(200, 'fine');
  const clock = manualClock();
  const orders = fakeCluster([stuck.address, good.address]);
  await using client = await readyClient({ clusters: { orders }, clock });
  await (await client.request(get)).body.dump();
  expect([clock.pendingTimers, stuck.sockets.size]).toEqual([1, 1]);
  clock.advance(1_000);
  await until(() => stuck.sockets.size === 0);
});

test('headers given by an iterator reach the second attempt too', async () => {
  await using bad = await answering(503);
  const seen: unknown[] = [];
  await using good = await httpServer((request, response) => {
    seen.push(request.headers['x-one'], request.headers['x-two']);
    response.end();
  });
  const orders = fakeCluster([bad.address, good.address]);
  await using client = await readyClient({ clusters: { orders } });
  const headers = new Map([
    ['x-one', '1'],
    ['x-two', '2'],
  ]).entries();
  await client.request({ ...get, headers });
  expect(seen).toEqual(['1', '2']);
});

test('a connection kept alive too long is replaced: the request is sent again', async () => {
  let connections = 0;
  await using server = await rawServer((socket) => {
    const last = ++connections === 1;
    let requests = 0;
    socket.on('data', () => {
      requests += 1;
      if (last && requests === 2) socket.resetAndDestroy();
      else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
  });
  const orders = fakeCluster([server.address]);
  await using client = await readyClient({ clusters: { orders } });
  for (let i = 0; i < 2; i++) expect(await (await client.request(get)).body.text()).toBe('ok');
  expect(connections).toBe(2);
});
