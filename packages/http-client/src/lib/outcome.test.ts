import { connect, type Socket } from 'node:net';
import type { Outcome } from '@evenkeel/core';
import { manualClock, settle } from '@evenkeel/core/testing';
import { type Dispatcher, errors } from 'undici';
import { describe, expect, test, vi } from 'vitest';
import type { HttpClient } from './http-client-interface.ts';
import { type AttemptInfo, type BalancedController, isBalancedController } from './request-observer.ts';
import { fakeCluster } from './testing/fake-cluster.ts';
import { readyClient } from './testing/ready-client.ts';
import { answering, hangingServer, httpServer, rawServer, refusingAddress } from './testing/servers.ts';
import { until } from './testing/until.ts';

const get = { origin: 'http://orders', path: '/', method: 'GET' } as const;

/** Dispatches with a handler of its own and collects what it is told. */
function dispatched(
  client: HttpClient,
  handler: Dispatcher.DispatchHandler = {},
  options: Partial<Dispatcher.DispatchOptions> = {},
): { readonly calls: string[]; readonly ended: Promise<Error | undefined> } {
  const calls: string[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<Error | undefined>();
  client.dispatch(
    { ...get, ...options },
    {
      onRequestStart(controller, context) {
        calls.push('start');
        handler.onRequestStart?.(controller, context);
      },
      onResponseStart(controller, status, headers, message) {
        calls.push(String(status));
        handler.onResponseStart?.(controller, status, headers, message);
      },
      onResponseData(controller, chunk) {
        calls.push(`"${chunk}"`);
        handler.onResponseData?.(controller, chunk);
      },
      onResponseEnd(controller, trailers) {
        calls.push('end');
        resolve(undefined);
        handler.onResponseEnd?.(controller, trailers);
      },
      onResponseError(controller, error) {
        calls.push('error');
        resolve(error);
        handler.onResponseError?.(controller, error);
      },
      onRequestUpgrade(controller, status, headers, socket) {
        calls.push(`upgrade ${status}`);
        resolve(undefined);
        handler.onRequestUpgrade?.(controller, status, headers, socket);
      },
    },
  );
  return { calls, ended };
}

describe('a pick', () => {
  test('is in flight until the end of the body; its latency stops at the headers', async () => {
    let finish = (): void => {};
    await using server = await httpServer((_request, response) => {
      response.write('begin');
      finish = () => void response.end();
    });
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders } });
    const { ended, calls } = dispatched(client);
    await until(() => calls.length === 3);
    expect([orders.inFlight(), orders.picks[0]!.responseStarts]).toEqual([1, 1]);
    finish();
    await ended;
    expect(orders.inFlight()).toBe(0);
    expect(orders.picks[0]!.outcomes).toEqual([{ kind: 'success', statusCode: 200 }]);
    expect(calls).toEqual(['start', '200', '"begin"', 'end']);
  });

  test('counts from the dispatch, when the connection is not made yet', async () => {
    await using server = await answering(200);
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders } });
    const { ended } = dispatched(client);
    expect(orders.inFlight()).toBe(1);
    await ended;
  });

  test.each([
    [404, 'success'],
    [429, 'success'],
    [500, 'failure'],
    [503, 'failure'],
  ])('with status %i is a %s', async (status, kind) => {
    await using server = await answering(status);
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders }, retry: false });
    await dispatched(client).ended;
    expect(orders.picks[0]!.outcomes).toEqual([{ kind, statusCode: status }]);
  });

  test('is what isFailure makes of its status', async () => {
    await using server = await answering(429);
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders }, isFailure: (status) => status === 429 });
    await dispatched(client).ended;
    expect(orders.kinds()).toEqual(['failure']);
  });

  test('takes the load report of the response, if asked to', async () => {
    await using server = await answering(200, '', { 'endpoint-load-metrics': 'TEXT cpu_utilization=0.5' });
    for (const loadReports of [true, false]) {
      const orders = fakeCluster([server.address]);
      await using client = await readyClient({ clusters: { orders }, loadReports });
      await dispatched(client).ended;
      expect(orders.picks[0]!.outcomes[0]!.loadReport?.cpuUtilization).toBe(loadReports ? 0.5 : undefined);
    }
  });

  test('gets the hash key of the request, else of the client', async () => {
    await using server = await answering(200);
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders }, hashKey: ({ path }) => path });
    await (await client.fetch('http://orders/a')).text();
    await (await client.fetch('http://orders/a', { evenkeel: { hashKey: 'own' } })).text();
    expect(orders.picks.map((pick) => pick.context?.hashKey)).toEqual(['/a', 'own']);
  });
});

describe('an abort', () => {
  test('before anything happened picks nobody', async () => {
    const orders = fakeCluster(['127.0.0.1:9']);
    await using client = await readyClient({ clusters: { orders } });
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(client.request({ ...get, signal })).rejects.toThrow('too late');
    await expect(client.fetch('http://orders/', { signal })).rejects.toThrow('too late');
    expect(orders.picks).toHaveLength(0);
  });

  test('while connecting is heard at once', async () => {
    const orders = fakeCluster(['127.0.0.1:9']);
    let connecting = false;
    const connector = (): void => {
      connecting = true;
    };
    await using client = await readyClient({ clusters: { orders }, agent: { connect: connector } });
    const abort = new AbortController();
    const answer = client.fetch('http://orders/', { signal: abort.signal });
    answer.catch(() => {});
    await until(() => connecting);
    abort.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
    expect(orders.kinds()).toEqual(['cancelled']);
  });

  test('while waiting for headers, or in the body, cancels and breaks the connection off', async () => {
    await using hanging = await hangingServer();
    await using streaming = await httpServer((_request, response) => void response.write('begin'));
    for (const server of [hanging, streaming]) {
      const orders = fakeCluster([server.address]);
      await using client = await readyClient({ clusters: { orders } });
      let controller: Dispatcher.DispatchController | undefined;
      const { ended, calls } = dispatched(client, {
        onRequestStart: (given) => {
          controller = given;
        },
      });
      await until(() => (server === hanging ? server.count === 1 : calls.includes('"begin"')));
      controller!.abort(new Error('enough'));
      expect((await ended)?.message).toBe('enough');
      expect(controller).toMatchObject({ aborted: true, reason: { message: 'enough' } });
      expect(orders.kinds()).toEqual(['cancelled']);
      await until(() => server.sockets.size === 0);
    }
  });

  test('of a response that already failed leaves it a failure', async () => {
    await using server = await httpServer((_request, response) => void response.writeHead(500).write('bad'));
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders }, retry: false });
    const { ended } = dispatched(client, {
      onResponseData: (controller) => controller.abort(new Error('enough')),
    });
    await ended;
    expect(orders.picks[0]!.outcomes).toEqual([{ kind: 'failure', statusCode: 500 }]);
  });
});

describe('a handler that throws', () => {
  test.each(['onRequestStart', 'onResponseStart', 'onResponseData'] as const)(
    'in %s gets its error back, and the endpoint is not blamed',
    async (method) => {
      await using server = await answering(200, 'body');
      const orders = fakeCluster([server.address]);
      await using client = await readyClient({ clusters: { orders } });
      const { ended, calls } = dispatched(client, {
        [method]() {
          throw new Error('handler broke');
        },
      });
      expect((await ended)?.message).toBe('handler broke');
      expect(orders.kinds()).toEqual(method === 'onRequestStart' ? [] : ['cancelled']);
      expect(calls.filter((call) => call === 'error')).toHaveLength(1);
      expect(orders.inFlight()).toBe(0);
    },
  );

  test('in onResponseEnd gets its error back, and the endpoint served well', async () => {
    await using server = await answering(200, 'body');
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders } });
    const { calls } = dispatched(client, {
      onResponseEnd() {
        throw new Error('handler broke');
      },
    });
    await until(() => calls.includes('error'));
    expect(orders.kinds()).toEqual(['success']);
  });

  test('in onRequestUpgrade gets its error back, and the tunnel is closed', async () => {
    await using server = await upgradeServer();
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders } });
    const { calls } = dispatched(
      client,
      {
        onRequestUpgrade() {
          throw new Error('handler broke');
        },
      },
      { upgrade: 'chat' },
    );
    await until(() => calls.includes('error') && server.sockets.size === 0);
    expect(orders.kinds()).toEqual(['cancelled']);
  });
});

describe('an upgrade', () => {
  test('is in flight until its socket closes, whoever closes it', async () => {
    await using server = await upgradeServer();
    for (const closer of ['client', 'server'] as const) {
      const orders = fakeCluster([server.address]);
      await using client = await readyClient({ clusters: { orders } });
      const { socket } = await client.upgrade({
        path: '/',
        protocol: 'chat',
        origin: 'http://orders',
      } as never);
      expect(orders.inFlight()).toBe(1);
      socket.write('hello');
      expect(String(await new Promise((resolve) => socket.once('data', resolve)))).toBe('hello');
      expect(orders.inFlight()).toBe(1);
      if (closer === 'client') socket.destroy();
      else for (const one of server.sockets) one.destroy();
      socket.on('error', () => {});
      await until(() => orders.inFlight() === 0);
      expect(orders.picks[0]!.outcomes).toEqual([{ kind: 'success', statusCode: 101 }]);
    }
  });

  test('that is refused with a status is an ordinary response', async () => {
    await using server = await answering(426, 'no');
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders } });
    const { calls, ended } = dispatched(client, {}, { upgrade: 'chat' });
    await ended;
    expect(calls).toEqual(['start', '426', '"no"', 'end']);
    expect(orders.kinds()).toEqual(['success']);
  });

  test('answered with a wrong status breaks off, once, by the caller', async () => {
    await using server = await answering(200, 'no tunnel here');
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders } });
    const upgrade = client.upgrade({ path: '/', protocol: 'chat', origin: 'http://orders' } as never);
    await expect(upgrade).rejects.toThrow('bad upgrade');
    expect(orders.kinds()).toEqual(['cancelled']);
  });

  test('by CONNECT is held too', async () => {
    await using echo = await rawServer((socket) => void socket.pipe(socket));
    await using server = await httpServer(() => {});
    server.server.on('connect', (_request, downstream: Socket) => {
      const upstream = connect(echo.port, '127.0.0.1', () => downstream.write('HTTP/1.1 200 OK\r\n\r\n'));
      upstream
        .on('error', () => {})
        .pipe(downstream.on('error', () => {}))
        .pipe(upstream);
    });
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders } });
    const { socket, statusCode } = await client.connect({ origin: 'http://orders', path: echo.address });
    expect([statusCode, orders.inFlight()]).toEqual([200, 1]);
    socket.destroy();
    await until(() => orders.inFlight() === 0);
  });
});

test('interim responses pass on, before the final one, and do not stop the latency', async () => {
  let starts = -1;
  await using server = await httpServer((_request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' }, () => {
      setImmediate(() => response.end('done'));
    });
  });
  const orders = fakeCluster([server.address]);
  await using client = await readyClient({ clusters: { orders } });
  const { calls, ended } = dispatched(client, {
    onResponseStart(_controller, status) {
      if (status === 103) starts = orders.picks[0]!.responseStarts;
    },
  });
  await ended;
  expect(calls).toEqual(['start', '103', '200', '"done"', 'end']);
  expect([starts, orders.picks[0]!.responseStarts]).toEqual([0, 1]);
});

test('a request that undici refuses is the caller’s fault: passed on as it is, and blamed on nobody', async () => {
  const orders = fakeCluster(['127.0.0.1:9']);
  await using client = await readyClient({ clusters: { orders } });
  const error = await dispatched(client, {}, { headers: { 'bad header': 'x' } }).ended;
  expect(error).toBeInstanceOf(errors.InvalidArgumentError);
  expect(orders.kinds()).toEqual(['cancelled']);
});

test('a dispatcher that throws at once does not leak a pick', async () => {
  const orders = fakeCluster(['127.0.0.1:9']);
  const broken = {
    dispatch() {
      throw new Error('no transport');
    },
    on() {},
    off() {},
  } as unknown as Dispatcher;
  await using client = await readyClient({ clusters: { orders: { cluster: orders, dispatcher: broken } } });
  expect((await dispatched(client).ended)?.message).toBe('no transport');
  expect(orders.kinds()).toEqual(['cancelled']);
});

describe('who answered', () => {
  test('is on the controller of the handler, and told to observers', async () => {
    await using good = await answering(200, 'fine');
    const refusing = await refusingAddress();
    const orders = fakeCluster([refusing, good.address]);
    const ended: [AttemptInfo, Outcome][] = [];
    const started: number[] = [];
    await using client = await readyClient({
      clusters: { orders },
      observer: { attemptEnded: (attempt, outcome) => void ended.push([attempt, outcome]) },
    });
    let seen: BalancedController | undefined;
    const options = {
      evenkeel: { observer: { attemptStarted: ({ attempt }: AttemptInfo) => void started.push(attempt) } },
    };
    await dispatched(
      client,
      {
        onResponseStart(controller) {
          if (isBalancedController(controller)) seen = controller;
        },
      },
      options as never,
    ).ended;
    expect(seen).toMatchObject({ cluster: 'orders', endpoint: { id: good.address }, attempts: 2 });
    expect(started).toEqual([0, 1]);
    expect(ended.map(([attempt, outcome]) => [attempt.endpoint.id, attempt.attempt, outcome.kind])).toEqual([
      [refusing, 0, 'failure'],
      [good.address, 1, 'success'],
    ]);
  });

  test('an observer of the request gives each attempt fields of its own', async () => {
    const seen: (string | undefined)[][] = [];
    await using server = await httpServer(({ headers }, response) => {
      seen.push([headers['x-a'], headers['x-own'], headers['x-b']].map(String));
      response.writeHead(seen.length === 1 ? 503 : 200).end();
    });
    const orders = fakeCluster([server.address]);
    await using client = await readyClient({ clusters: { orders } });
    const order: string[] = [];
    const observer = {
      attemptStarted: () => void order.push('started'),
      attemptHeaders({ attempt }: AttemptInfo) {
        order.push('asked');
        return { 'x-own': `${attempt}`, 'x-a': `own ${attempt}` };
      },
    };
    const options = { headers: ['X-A', 'given', 'X-B', 'given', 'x-a', 'twice'], evenkeel: { observer } };
    await dispatched(client, {}, options as never).ended;
    expect(seen).toEqual([
      ['own 0', '0', 'given'],
      ['own 1', '1', 'given'],
    ]);
    expect(order).toEqual(['started', 'asked', 'started', 'asked']);
  });

  test('an observer that throws harms no request', async () => {
    await using good = await answering(200, 'fine');
    const orders = fakeCluster([good.address]);
    const uncaught = vi.fn();
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', uncaught);
    await using client = await readyClient({
      clusters: { orders },
      observer: {
        attemptStarted() {
          throw new Error('observer broke');
        },
      },
    });
    await dispatched(client).ended;
    await settle();
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
    expect(orders.kinds()).toEqual(['success']);
    expect(uncaught).toHaveBeenCalledOnce();
  });
});

describe('a cluster that is not ready', () => {
  test('is waited for, and the request goes on', async () => {
    await using server = await answering(200, 'fine');
    const clock = manualClock();
    const orders = fakeCluster([server.address], { ready: false });
    await using client = await readyClient({ clusters: { orders }, clock });
    const { ended, calls } = dispatched(client);
    await settle();
    expect([calls, orders.picks.length]).toEqual([['start'], 0]);
    orders.becomeReady();
    await ended;
    expect(calls).toContain('200');
    expect(clock.pendingTimers).toBe(0);
  });

  test('is waited for no longer than the limit', async () => {
    const clock = manualClock();
    const orders = fakeCluster(['127.0.0.1:9'], { ready: false });
    await using client = await readyClient({ clusters: { orders }, clock, readyTimeoutMs: 300 });
    const { ended } = dispatched(client);
    clock.advance(300);
    expect(await ended).toMatchObject({
      code: 'ERR_EVENKEEL_NOT_READY',
      message: 'cluster "orders": no first snapshot within 300 ms',
    });
  });

  test('is not waited for after an abort, or a close of the cluster', async () => {
    const clock = manualClock();
    const orders = fakeCluster(['127.0.0.1:9'], { ready: false });
    await using client = await readyClient({ clusters: { orders }, clock });
    const abort = new AbortController();
    const answer = client.fetch('http://orders/', { signal: abort.signal });
    answer.catch(() => {});
    await settle();
    abort.abort(new Error('enough'));
    await expect(answer).rejects.toThrow('enough');
    expect(clock.pendingTimers).toBe(0);
    const { ended } = dispatched(client);
    orders.rejectReady(new Error('closed'));
    expect((await ended)?.message).toBe('closed');
    expect((await dispatched(client).ended)?.message).toBe('closed');
    expect(clock.pendingTimers).toBe(0);
  });

  test('is waited for by a bounded number of requests', async () => {
    const clock = manualClock();
    const orders = fakeCluster(['127.0.0.1:9'], { ready: false });
    await using client = await readyClient({
      clusters: { orders: { cluster: orders, maxPendingRequests: 1 } },
      clock,
    });
    const first = dispatched(client);
    expect(await dispatched(client).ended).toMatchObject({ code: 'ERR_EVENKEEL_OVERLOADED' });
    clock.advance(1_000);
    expect(await first.ended).toMatchObject({ code: 'ERR_EVENKEEL_NOT_READY' });
  });
});

test('more open requests than allowed fail at once', async () => {
  await using hanging = await hangingServer();
  const orders = fakeCluster([hanging.address]);
  await using client = await readyClient({ clusters: { orders: { cluster: orders, maxRequests: 2 } } });
  let controller: Dispatcher.DispatchController | undefined;
  const first = dispatched(client, {
    onRequestStart: (given) => {
      controller = given;
    },
  });
  dispatched(client);
  expect(await dispatched(client).ended).toMatchObject({ code: 'ERR_EVENKEEL_OVERLOADED' });
  controller!.abort(new Error('enough'));
  await first.ended;
  const next = dispatched(client);
  await settle();
  expect(next.calls).toEqual(['start']);
});

test('an error of the pick reaches the caller as it is', async () => {
  const orders = fakeCluster([]);
  await using client = await readyClient({ clusters: { orders } });
  expect(await dispatched(client).ended).toMatchObject({ code: 'ERR_EVENKEEL_NO_ENDPOINTS' });
});

function upgradeServer(): ReturnType<typeof rawServer> {
  return rawServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\n');
      socket.pipe(socket);
    });
  });
}
