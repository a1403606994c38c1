import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Readable } from 'node:stream';
import { retryBudget } from '@evenkeel/core';
import { manualClock, settle } from '@evenkeel/core/testing';
import { describe, expect, test } from 'vitest';
import type { HedgeEvent } from './events.ts';
import { fakeCluster } from './testing/fake-cluster.ts';
import { readyClient } from './testing/ready-client.ts';
import { answering, hangingServer, httpServer, refusingAddress } from './testing/servers.ts';
import { until } from './testing/until.ts';

const get = { origin: 'http://orders', path: '/', method: 'GET' } as const;

describe('a hedge', () => {
  test('asks another endpoint after the delay; the first answer wins and the other attempt is cancelled', async () => {
    await using hanging = await hangingServer();
    await using good = await answering(200, 'fine');
    const clock = manualClock();
    const orders = fakeCluster([hanging.address, good.address]);
    await using client = await readyClient({ clusters: { orders }, clock, hedge: { delayMs: 40 } });
    const events: HedgeEvent[] = [];
    const listener = (event: unknown): void => void events.push(event as HedgeEvent);
    subscribe('evenkeel:http:hedge', listener);
    const answer = client.request(get);
    await until(() => hanging.count === 1);
    clock.advance(39);
    expect(orders.picks).toHaveLength(1);
    clock.advance(1);
    expect(await (await answer).body.text()).toBe('fine');
    unsubscribe('evenkeel:http:hedge', listener);
    expect(orders.kinds()).toEqual(['cancelled', 'success']);
    expect(events).toMatchObject([
      { cluster: 'orders', slow: { attempt: 0 }, endpoint: { id: good.address }, delayMs: 40 },
    ]);
    await until(() => hanging.sockets.size === 0);
    expect(clock.pendingTimers).toBe(0);
  });

  test('that loses is cancelled too', async () => {
    let answerFirst = (): void => {};
    await using slow = await httpServer((_request, response) => {
      answerFirst = () => void response.end('first');
    });
    await using hanging = await hangingServer();
    const clock = manualClock();
    const orders = fakeCluster([slow.address, hanging.address]);
    await using client = await readyClient({ clusters: { orders }, clock, hedge: { delayMs: 40 } });
    const answer = client.request(get);
    await until(() => slow.count === 1);
    clock.advance(40);
    await until(() => hanging.count === 1);
    answerFirst();
    expect(await (await answer).body.text()).toBe('first');
    expect(orders.kinds()).toEqual(['success', 'cancelled']);
  });

  test('saves a request whose first attempt fails, and is not counted as a retry', async () => {
    let failFirst = (): void => {};
    let answerSecond = (): void => {};
    await using bad = await httpServer((_request, response) => {
      failFirst = () => void response.writeHead(503).end('bad');
    });
    await using good = await httpServer((_request, response) => {
      answerSecond = () => void response.end('fine');
    });
    const clock = manualClock();
    const orders = fakeCluster([bad.address, good.address]);
    await using client = await readyClient({ clusters: { orders }, clock, hedge: { delayMs: 40 } });
    const answer = client.request(get);
    await until(() => bad.count === 1);
    clock.advance(40);
    await until(() => good.count === 1);
    failFirst();
    await until(() => orders.inFlight() === 1);
    answerSecond();
    expect(await (await answer).body.text()).toBe('fine');
    expect(orders.kinds()).toEqual(['failure', 'success']);
  });

  test('that fails leaves the first attempt alone', async () => {
    let answerFirst = (): void => {};
    await using slow = await httpServer((_request, response) => {
      answerFirst = () => void response.end('first');
    });
    const clock = manualClock();
    const orders = fakeCluster([slow.address, await refusingAddress()]);
    await using client = await readyClient({ clusters: { orders }, clock, hedge: { delayMs: 40 } });
    const answer = client.request(get);
    await until(() => slow.count === 1);
    clock.advance(40);
    await until(() => orders.inFlight() === 1);
    answerFirst();
    expect(await (await answer).body.text()).toBe('first');
    expect(orders.kinds()).toEqual(['success', 'failure']);
  });

  test('after which both fail ends in a retry like any other', async () => {
    const clock = manualClock();
    const release: (() => void)[] = [];
    await using bad = await httpServer((_request, response) => {
      release.push(() => void response.writeHead(503).end());
    });
    await using worse = await httpServer((_request, response) => {
      release.push(() => void response.writeHead(503).end());
    });
    await using good = await answering(200, 'fine');
    const orders = fakeCluster([bad.address, worse.address, good.address]);
    await using client = await readyClient({ clusters: { orders }, clock, hedge: { delayMs: 40 } });
    const answer = client.request(get);
    await until(() => release.length === 1);
    clock.advance(40);
    await until(() => release.length === 2);
    for (const fail of release) fail();
    expect(await (await answer).body.text()).toBe('fine');
    expect(orders.kinds()).toEqual(['failure', 'failure', 'success']);
  });

  test('there are as many of as allowed, each later than the one before', async () => {
    await using hanging = await hangingServer();
    const ports = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'].map((ip) => `${ip}:${hanging.port}`);
    await using good = await answering(200, 'fine');
    const clock = manualClock();
    const orders = fakeCluster([
      hanging.address,
      hanging.address.replace('0.1', '0.1'),
      good.address,
      ...ports,
    ]);
    await using client = await readyClient({
      clusters: { orders },
      clock,
      hedge: { delayMs: 40, maxHedges: 2 },
    });
    const answer = client.request(get);
    await until(() => hanging.count === 1);
    clock.advance(40);
    clock.advance(40);
    expect(await (await answer).body.text()).toBe('fine');
    expect(orders.inFlight()).toBe(0);
  });
});

describe('no hedge', () => {
  test.each([
    ['of a POST', { method: 'POST', body: 'x' }],
    ['of a body that is still being read', { method: 'PUT', stream: true }],
  ])('%s', async (_name, extra) => {
    await using hanging = await hangingServer();
    await using good = await answering(200);
    const clock = manualClock();
    const orders = fakeCluster([hanging.address, good.address]);
    await using client = await readyClient({ clusters: { orders }, clock, hedge: { delayMs: 40 } });
    const { stream, ...options } = { stream: false, ...extra };
    const answer = client.request({
      ...get,
      ...options,
      ...(stream ? { body: new Readable({ read() {} }) } : undefined),
    } as never);
    answer.catch(() => {});
    await until(() => hanging.count === 1);
    clock.advance(1_000);
    expect(orders.picks).toHaveLength(1);
  });

  test('without a budget, without another endpoint, or for a request that does not want one', async () => {
    await using hanging = await hangingServer();
    await using good = await answering(200);
    const clock = manualClock();
    const empty = retryBudget({ ratio: 0, minPerSecond: 0, clock });
    const hedge = { delayMs: 40 };
    for (const [addresses, retry, evenkeel] of [
      [[hanging.address, good.address], { budget: empty }, {}],
      [[hanging.address], {}, {}],
      [[hanging.address, good.address], {}, { hedge: false as const }],
    ] as const) {
      const before = hanging.count;
      const orders = fakeCluster(addresses);
      await using client = await readyClient({ clusters: { orders }, clock, hedge, retry });
      client.fetch('http://orders/', { evenkeel }).catch(() => {});
      await until(() => hanging.count === before + 1);
      clock.advance(1_000);
      await settle();
      expect(orders.picks.filter((pick) => pick.outcomes.length === 0)).toHaveLength(1);
    }
    expect(good.count).toBe(0);
  });
});

test('the delay follows the percentile of the latencies, once there are enough of them', async () => {
  const clock = manualClock();
  let hang = false;
  await using server = await httpServer((_request, response) => {
    if (hang) return;
    clock.advance(10);
    response.end();
  });
  await using other = await answering(200, 'hedged');
  const real = fakeCluster([server.address]);
  const orders = fakeCluster([other.address]);
  const { pick } = orders;
  orders.pick = (context) =>
    context?.exclude === undefined ? real.pick(context) : pick.call(orders, context);
  await using client = await readyClient({
    clusters: { orders },
    clock,
    hedge: { percentile: 0.9, minSamples: 20 },
  });
  for (let i = 0; i < 20; i++) await (await client.request(get)).body.dump();
  expect(orders.picks).toHaveLength(0);
  hang = true;
  const answer = client.request(get);
  await until(() => server.count === 21);
  clock.advance(9.9);
  expect(orders.picks).toHaveLength(0);
  clock.advance(2);
  expect(await (await answer).body.text()).toBe('hedged');
});

test('hedges that win do not lower the percentile: a loser took at least as long as it was given', async () => {
  const clock = manualClock();
  let hang = false;
  await using server = await httpServer((_request, response) => {
    if (hang) return;
    clock.advance(10);
    response.end();
  });
  await using other = await answering(200, 'hedged');
  const real = fakeCluster([server.address]);
  const orders = fakeCluster([other.address]);
  const { pick } = orders;
  orders.pick = (context) =>
    context?.exclude === undefined ? real.pick(context) : pick.call(orders, context);
  const budget = retryBudget({ minPerSecond: 1_000, clock });
  await using client = await readyClient({
    clusters: { orders },
    clock,
    retry: { budget },
    hedge: { percentile: 0.7, minSamples: 20 },
  });
  for (let i = 0; i < 20; i++) await (await client.request(get)).body.dump();
  hang = true;
  for (let i = 1; i <= 80; i++) {
    const answer = client.request(get);
    await until(() => server.count === 20 + i);
    clock.advance(9.9);
    expect(orders.picks).toHaveLength(i - 1);
    while (orders.picks.length < i) clock.advance(5);
    await (await answer).body.dump();
  }
});
