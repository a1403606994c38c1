import { Readable } from 'node:stream';
import { isEvenkeelError } from '@evenkeel/core';
import { manualClock } from '@evenkeel/core/testing';
import { Agent, buildConnector } from 'undici';
import { describe, expect, test } from 'vitest';
import { fakeCluster } from './testing/fake-cluster.ts';
import { readyClient } from './testing/ready-client.ts';
import { answering, hangingServer, httpServer, rawServer } from './testing/servers.ts';
import { until } from './testing/until.ts';

const get = { origin: 'http://orders', path: '/', method: 'GET' } as const;

describe('the per-try timeout', () => {
  test('gives a hanging endpoint up and tries another, also without hope of the connection', async () => {
    await using hanging = await hangingServer();
    await using good = await answering(200, 'fine');
    const clock = manualClock();
    const orders = fakeCluster([hanging.address, good.address]);
    await using client = await readyClient({ clusters: { orders }, clock, perTryTimeoutMs: 100 });
    const answer = client.request(get);
    await until(() => hanging.count === 1);
    clock.advance(99);
    expect(good.count).toBe(0);
    clock.advance(1);
    expect(await (await answer).body.text()).toBe('fine');
    expect(orders.picks[0]!.outcomes).toMatchObject([
      { kind: 'failure', error: { code: 'ERR_EVENKEEL_TIMEOUT', kind: 'per-try', timeoutMs: 100 } },
    ]);
    await until(() => hanging.sockets.size === 0);
    expect(clock.pendingTimers).toBe(0);
  });

  test('covers connecting: nothing was sent, so a POST goes elsewhere, and nothing reaches the first one later', async () => {
    await using slow = await httpServer((_request, response) => response.end());
    await using good = await httpServer((request, response) => void request.pipe(response));
    let connect: (() => void) | undefined;
    const direct = buildConnector({});
    const agent = new Agent({
      connect: (options, callback) => {
        if (options.port !== String(slow.port)) direct(options, callback);
        else connect = () => direct(options, callback);
      },
    });
    const clock = manualClock();
    const orders = fakeCluster([slow.address, good.address]);
    await using client = await readyClient({
      clusters: { orders },
      clock,
      perTryTimeoutMs: 100,
      dispatcher: agent,
    });
    const answer = client.request({ ...get, method: 'POST', body: Readable.from(['a', 'b']) });
    await until(() => connect !== undefined);
    clock.advance(100);
    connect!();
    expect(await (await answer).body.text()).toBe('ab');
    await until(() => slow.sockets.size === 1);
    await agent.close();
    expect(slow.count).toBe(0);
    expect(orders.kinds()).toEqual(['failure', 'success']);
  });

  test('is the error when retries are off, and names cluster and endpoint', async () => {
    await using hanging = await hangingServer();
    const clock = manualClock();
    const orders = fakeCluster([hanging.address]);
    await using client = await readyClient({ clusters: { orders }, clock, retry: false });
    const answer = client.fetch('http://orders/', { evenkeel: { perTryTimeoutMs: 50 } });
    answer.catch(() => {});
    await until(() => hanging.count === 1);
    clock.advance(50);
    const error = await answer.catch(({ cause }: { cause: unknown }) => cause);
    expect(isEvenkeelError(error, 'ERR_EVENKEEL_TIMEOUT')).toBe(true);
    expect(String(error)).toContain(
      `cluster "orders", endpoint ${hanging.address}: per-try timeout of 50 ms passed`,
    );
  });

  test('does not count the body', async () => {
    let finish = (): void => {};
    await using slow = await httpServer((_request, response) => {
      response.write('begin ');
      finish = () => void response.end('end');
    });
    const clock = manualClock();
    const orders = fakeCluster([slow.address]);
    await using client = await readyClient({ clusters: { orders }, clock, perTryTimeoutMs: 50 });
    const response = await client.request(get);
    clock.advance(1_000);
    finish();
    expect(await response.body.text()).toBe('begin end');
  });
});

describe('the overall timeout', () => {
  test('ends a request that waits for headers: the endpoint failed', async () => {
    await using hanging = await hangingServer();
    const clock = manualClock();
    const orders = fakeCluster([hanging.address]);
    await using client = await readyClient({ clusters: { orders }, clock, overallTimeoutMs: 200 });
    const answer = client.request(get);
    answer.catch(() => {});
    await until(() => hanging.count === 1);
    clock.advance(200);
    await expect(answer).rejects.toMatchObject({ code: 'ERR_EVENKEEL_TIMEOUT', kind: 'overall' });
    expect(orders.kinds()).toEqual(['failure']);
  });

  test('ends a body that is still coming: the endpoint did not fail', async () => {
    await using slow = await httpServer((_request, response) => void response.write('begin'));
    const clock = manualClock();
    const orders = fakeCluster([slow.address]);
    await using client = await readyClient({ clusters: { orders }, clock, overallTimeoutMs: 200 });
    const response = await client.request(get);
    clock.advance(200);
    await expect(response.body.text()).rejects.toMatchObject({ code: 'ERR_EVENKEEL_TIMEOUT' });
    expect(orders.kinds()).toEqual(['cancelled']);
    await until(() => slow.sockets.size === 0);
  });

  test('spans retries, and leaves nothing behind when a request ends in time', async () => {
    await using hanging = await hangingServer();
    const clock = manualClock();
    const orders = fakeCluster([hanging.address, hanging.address]);
    await using client = await readyClient({
      clusters: { orders },
      clock,
      perTryTimeoutMs: 150,
      overallTimeoutMs: 200,
      random: () => 0,
    });
    const answer = client.request(get);
    answer.catch(() => {});
    await until(() => hanging.count === 1);
    clock.advance(150);
    await until(() => hanging.count === 2);
    clock.advance(50);
    await expect(answer).rejects.toMatchObject({ kind: 'overall', timeoutMs: 200 });
    expect(orders.inFlight()).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('the deadline header', () => {
  test('tells each attempt the time that is left', async () => {
    const seen: unknown[] = [];
    const clock = manualClock();
    await using server = await httpServer((request, response) => {
      seen.push(request.headers['x-timeout-ms']);
      clock.advance(300);
      response.writeHead(seen.length === 1 ? 503 : 200).end();
    });
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({
      clusters: { orders },
      clock,
      overallTimeoutMs: 1_000,
      deadlineHeader: 'X-Timeout-Ms',
      retry: { maxRetries: 1 },
      random: () => 0,
    });
    const answer = client.request(get);
    await until(() => seen.length === 1 && clock.pendingTimers === 2);
    clock.advance(0);
    await (await answer).body.dump();
    expect(seen).toEqual(['1000', '700']);
  });

  test('of the caller bounds the overall timeout', async () => {
    const seen: unknown[] = [];
    await using hanging = await httpServer((request) => void seen.push(request.headers['x-timeout-ms']));
    const clock = manualClock();
    const orders = fakeCluster([hanging.address]);
    await using client = await readyClient({
      clusters: { orders },
      clock,
      overallTimeoutMs: 1_000,
      deadlineHeader: 'x-timeout-ms',
    });
    const answer = client.request({ ...get, headers: ['X-Timeout-Ms', '80'] });
    answer.catch(() => {});
    await until(() => seen.length === 1);
    expect(seen).toEqual(['80']);
    clock.advance(80);
    await expect(answer).rejects.toMatchObject({ kind: 'overall', timeoutMs: 80 });
  });
});

describe('the limits that undici keeps', () => {
  test.each([
    ['headersTimeout', '', 'response headers'],
    ['bodyTimeout', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nbegin', 'body idle'],
  ])('%s becomes a TimeoutError', async (option, answer, kind) => {
    await using server = await rawServer((socket) => void socket.once('data', () => socket.write(answer)));
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders }, agent: { [option]: 20 }, retry: false });
    const text = client.request(get).then((response) => response.body.text());
    await expect(text).rejects.toMatchObject({ code: 'ERR_EVENKEEL_TIMEOUT', kind, timeoutMs: 20 });
    expect(orders.kinds()).toEqual(['failure']);
  });

  test('bodyIdleTimeoutMs is one of them', async () => {
    await using server = await httpServer((_request, response) => void response.write('begin'));
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders }, bodyIdleTimeoutMs: 20 });
    const text = client.request(get).then((response) => response.body.text());
    await expect(text).rejects.toMatchObject({ kind: 'body idle', timeoutMs: 20 });
  });

  test('a connection that is not made in time fails, whatever the method, and is retried', async () => {
    await using good = await answering(200, 'fine');
    const direct = buildConnector({});
    const late = Object.assign(new Error('Connect Timeout Error'), { code: 'UND_ERR_CONNECT_TIMEOUT' });
    const orders = fakeCluster(['127.0.0.1:9', good.address]);
    await using client = await readyClient({
      clusters: { orders },
      agent: {
        connect: (options, callback) =>
          options.port === '9' ? callback(late, null) : direct(options, callback),
      },
    });
    const post = { ...get, method: 'POST', body: 'x' } as const;
    expect(await (await client.request(post)).body.text()).toBe('fine');
    expect(orders.kinds()).toEqual(['failure', 'success']);
    const alone = fakeCluster(['127.0.0.1:9']);
    await using other = await readyClient({
      clusters: { orders: alone },
      retry: false,
      agent: { connect: (_options, callback) => callback(late, null) },
    });
    await expect(other.request(post)).rejects.toMatchObject({
      kind: 'connect',
      timeoutMs: 2_000,
      cause: late,
    });
  });
});
