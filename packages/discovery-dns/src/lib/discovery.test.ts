import type { Snapshot, WatchOptions } from '@evenkeel/core';
import { type ManualClock, manualClock, settle } from '@evenkeel/core/testing';
import { testDiscovery } from '@evenkeel/testing';
import { afterEach, describe, expect, it, test, vi } from 'vitest';
import { dnsDiscovery } from './discovery.ts';
import type { DnsDiscoverySettings } from './options.ts';
import { type FakeDnsServer, fakeDnsServer } from './testing/fake-dns-server.ts';
import { a, cname, type FakeAnswer, soa, srv } from './testing/fake-records.ts';
import { openSockets } from './testing/open-sockets.ts';

const NAME = 'orders.test';
const servers: FakeDnsServer[] = [];
const aborts: AbortController[] = [];

afterEach(async () => {
  for (const abort of aborts.splice(0)) abort.abort();
  for (const server of servers.splice(0)) await server.close();
});

describe('dnsDiscovery of SRV records', () => {
  testDiscovery({
    test,
    async make() {
      let answer: FakeAnswer = { answers: [] };
      const server = await fakeDnsServer(() => answer);
      return {
        discovery: dnsDiscovery({
          srv: NAME,
          servers: [server.address],
          minTtlMs: 100,
          defaultTtlMs: 100,
          emptyHoldMs: 0,
        }),
        publish(addresses) {
          const targets = addresses.map((address) => address.split(':') as [string, string]);
          answer = {
            answers: targets.map(([, port]) => srv(NAME, [0, 1, Number(port)], 'a.test')),
            additionals: [a('a.test', '127.0.0.1')],
          };
        },
        fail() {
          answer = { code: 2 };
        },
        openHandles: openSockets,
        close: () => server.close(),
      };
    },
  });
});

type Events = Parameters<NonNullable<WatchOptions['onEvent']>>[0][];

/** Watches the addresses of a name; time is moved by hand and each refresh is waited for. */
async function setUp(first: FakeAnswer | undefined, settings: DnsDiscoverySettings = {}) {
  const server = await fakeDnsServer(() => first);
  servers.push(server);
  const idle = openSockets();
  const clock = manualClock();
  const abort = new AbortController();
  aborts.push(abort);
  const snapshots: Snapshot[] = [];
  const events: Events = [];
  let end: unknown;
  const discovery = dnsDiscovery({
    name: NAME,
    port: 80,
    servers: [server.address],
    clock,
    random: () => 0,
    ...settings,
  });
  const follow = async (): Promise<void> => {
    try {
      const watch = discovery.watch({ signal: abort.signal, onEvent: (event) => events.push(event) });
      for await (const snapshot of watch) snapshots.push(snapshot);
      end = 'ended';
    } catch (error) {
      end = error;
    }
  };
  void follow();
  const refreshed = async (count: number): Promise<void> => {
    await vi.waitFor(
      () => {
        expect(server.queries).toHaveLength(count);
        expect(openSockets()).toBe(idle);
      },
      { interval: 1 },
    );
    await settle();
  };
  return { server, clock, abort, snapshots, events, refreshed, idle, end: () => end };
}

const hosts = (snapshots: readonly Snapshot[]): string[] =>
  snapshots.map(
    ({ endpoints, stale }) => (stale === true ? '~' : '') + endpoints.map(({ host }) => host).join(),
  );
const one = (host: string, ttl = 30): FakeAnswer => ({ answers: [a(NAME, host, ttl)] });

/** Moves on to just before the moment, shows that nothing is asked, and then to the moment. */
async function askedExactlyAfter(ms: number, clock: ManualClock, server: FakeDnsServer): Promise<void> {
  const { length } = server.queries;
  await clock.advanceAsync(ms - 1);
  expect(server.queries).toHaveLength(length);
  expect(clock.pendingTimers).toBe(1);
  await clock.advanceAsync(1);
}

describe('dnsDiscovery', () => {
  it('asks again when the TTL is over, and yields only what is new', async () => {
    const { server, clock, snapshots, refreshed } = await setUp(one('10.0.0.1', 30));
    await refreshed(1);
    expect(hosts(snapshots)).toEqual(['10.0.0.1']);
    server.answer = () => one('10.0.0.1', 60);
    await askedExactlyAfter(30_000, clock, server);
    await refreshed(2);
    expect(snapshots).toHaveLength(1);
    server.answer = () => one('10.0.0.2', 60);
    await askedExactlyAfter(60_000, clock, server);
    await refreshed(3);
    expect(hosts(snapshots)).toEqual(['10.0.0.1', '10.0.0.2']);
  });

  it('takes the least TTL of the chain', async () => {
    const answers = [cname(NAME, 'b.test', 7), a('b.test', '10.0.0.1', 30)];
    const { server, clock, refreshed } = await setUp({ answers });
    await refreshed(1);
    await askedExactlyAfter(7_000, clock, server);
    await refreshed(2);
  });

  it('asks every 5 seconds when the TTL is 0', async () => {
    const { server, clock, refreshed } = await setUp(one('10.0.0.1', 0));
    await refreshed(1);
    await askedExactlyAfter(5_000, clock, server);
    await refreshed(2);
  });

  it('does not ask before the time when the answer took long, nor late when the consumer did', async () => {
    const server = await fakeDnsServer(() => one('10.0.0.1', 10));
    servers.push(server);
    const clock = manualClock();
    const abort = new AbortController();
    aborts.push(abort);
    const discovery = dnsDiscovery({
      name: NAME,
      port: 80,
      servers: [server.address],
      clock,
      random: () => 0,
    });
    const watch = discovery.watch({ signal: abort.signal })[Symbol.asyncIterator]();
    await watch.next();
    clock.advance(60_000);
    server.answer = () => one('10.0.0.2', 10);
    const next = watch.next();
    await settle();
    clock.advance(0);
    expect(hosts([(await next).value as Snapshot])).toEqual(['10.0.0.2']);
  });

  it.each([
    ['SERVFAIL', { code: 2 }, 'serverFailure'],
    ['REFUSED', { code: 5 }, 'refused'],
    ['an answer that cannot be read', Buffer.alloc(30, 0xff), 'malformed'],
  ])('throws on %s, so that the cluster keeps what it knows', async (_, answer, reason) => {
    const { server, clock, snapshots, end } = await setUp(one('10.0.0.1', 5));
    await vi.waitFor(() => expect(snapshots).toHaveLength(1));
    server.answer = (query) => {
      if (!Buffer.isBuffer(answer)) return answer;
      answer.writeUInt16BE(query.id);
      return answer;
    };
    clock.advance(5_000);
    await vi.waitFor(() => expect(end()).toMatchObject({ reason }));
    expect(hosts(snapshots)).toEqual(['10.0.0.1']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('throws when the server falls silent, after two attempts', async () => {
    const { server, clock, snapshots, end } = await setUp(one('10.0.0.1', 5));
    await vi.waitFor(() => expect(snapshots).toHaveLength(1));
    server.answer = () => undefined;
    clock.advance(5_000);
    for (const count of [2, 3]) {
      await vi.waitFor(() => expect(server.queries).toHaveLength(count));
      expect(end()).toBeUndefined();
      clock.advance(2_000);
    }
    await vi.waitFor(() => expect(end()).toMatchObject({ reason: 'timeout' }));
    expect(clock.pendingTimers).toBe(0);
  });

  it('holds the last endpoints while the name does not exist, tells each time, and gives them up after 30 seconds', async () => {
    const { server, clock, snapshots, events, refreshed } = await setUp(one('10.0.0.1', 60));
    await refreshed(1);
    server.answer = () => ({ code: 3, authorities: [soa('test', 300)] });
    clock.advance(60_000);
    await refreshed(2);
    expect(hosts(snapshots)).toEqual(['10.0.0.1', '~10.0.0.1']);
    // Checked every second, although the zone lets it be believed for 300.
    for (let count = 3; count <= 31; count++) {
      clock.advance(1_000);
      await refreshed(count);
    }
    expect(snapshots).toHaveLength(2);
    expect(events).toHaveLength(30);
    expect(events.at(-1)).toMatchObject({
      type: 'discoveryFailed',
      error: { reason: 'noName', message: 'A orders.test: there is no such name' },
      attempt: 30,
      retryInMs: 1_000,
    });
    clock.advance(1_000);
    await refreshed(32);
    expect(snapshots.at(-1)).toEqual({ endpoints: [], deregistered: ['10.0.0.1:80'] });
    await askedExactlyAfter(5_000, clock, server);
    await refreshed(33);
    expect(snapshots.at(-1)).toEqual({ endpoints: [] });
    expect(events).toHaveLength(30);
  });

  it('is whole again with the first good answer', async () => {
    const { server, clock, snapshots, refreshed } = await setUp(one('10.0.0.1', 5));
    await refreshed(1);
    server.answer = () => ({ code: 3 });
    clock.advance(5_000);
    await refreshed(2);
    server.answer = () => one('10.0.0.1', 5);
    clock.advance(5_000);
    await refreshed(3);
    expect(hosts(snapshots)).toEqual(['10.0.0.1', '~10.0.0.1', '10.0.0.1']);
  });

  it('says of a name that never had records that it has none, and of the reason once', async () => {
    const { clock, snapshots, events, refreshed } = await setUp({ code: 3 });
    await refreshed(1);
    clock.advance(5_000);
    await refreshed(2);
    expect(snapshots).toEqual([{ endpoints: [] }, { endpoints: [] }]);
    expect(events).toMatchObject([{ type: 'discoveryFailed', error: { reason: 'noName' }, attempt: 1 }]);
  });

  it('tells once of a record that is left out', async () => {
    const answers = [a(NAME, '10.0.0.1', 5), a(NAME, '0.0.0.0', 5)];
    const { clock, events, refreshed } = await setUp({ answers });
    await refreshed(1);
    clock.advance(5_000);
    await refreshed(2);
    expect(events).toEqual([{ type: 'snapshotRejected', message: '0.0.0.0 is no address of an endpoint' }]);
  });

  it('tells of a server that failed when another one answered', async () => {
    const good = await fakeDnsServer(() => one('10.0.0.1'));
    const bad = await fakeDnsServer(() => ({ code: 5 }));
    servers.push(good, bad);
    const { snapshots, events } = await setUp(undefined, { servers: [bad.address, good.address] });
    await vi.waitFor(() => expect(hosts(snapshots)).toEqual(['10.0.0.1']));
    expect(events).toMatchObject([{ type: 'discoveryFailed', error: { reason: 'refused' }, attempt: 1 }]);
  });

  it('gets 50 SRV records of a server that sends only what fits and does not say so', async () => {
    const server = await fakeDnsServer(({ transport, edns }) => {
      const count = transport === 'tcp' ? 50 : edns ? 19 : 3;
      const list = Array.from({ length: count }, (_, index) => index);
      return {
        answers: list.map((index) => srv(NAME, [1, 1, 8000 + index], `0a01000${index % 10}.addr.dc1.consul`)),
        additionals: list
          .slice(0, 10)
          .map((index) => a(`0a01000${index}.addr.dc1.consul`, `10.1.0.${index}`)),
      };
    });
    servers.push(server);
    const abort = new AbortController();
    aborts.push(abort);
    for (const transport of ['udp', 'tcp'] as const) {
      const discovery = dnsDiscovery({ srv: NAME, servers: [server.address], transport });
      const watch = discovery.watch({ signal: abort.signal })[Symbol.asyncIterator]();
      expect(((await watch.next()).value as Snapshot).endpoints).toHaveLength(50);
    }
  });

  it.each([
    ['the query', 1],
    ['the wait', 2],
  ])('ends in the middle of %s without an error, a socket or a timer', async (_, phase) => {
    const { server, clock, abort, snapshots, idle, end } = await setUp(
      phase === 1 ? undefined : one('10.0.0.1'),
    );
    await vi.waitFor(() => expect(phase === 1 ? server.queries : snapshots).toHaveLength(1));
    await settle();
    abort.abort();
    await vi.waitFor(() => expect(end()).toBe('ended'));
    expect([openSockets() - idle, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('leaves nothing behind after 1,000 watches', async () => {
    const server = await fakeDnsServer(() => one('10.0.0.1'));
    servers.push(server);
    const idle = openSockets();
    const clock = manualClock();
    const discovery = dnsDiscovery({ name: NAME, port: 80, servers: [server.address], clock });
    for (let round = 0; round < 1_000; round++) {
      const abort = new AbortController();
      const watch = discovery.watch({ signal: abort.signal })[Symbol.asyncIterator]();
      const first = watch.next();
      if (round % 2 === 0) await first;
      abort.abort();
      await first;
      await watch.next();
    }
    expect([openSockets() - idle, clock.pendingTimers]).toEqual([0, 0]);
  });
});
