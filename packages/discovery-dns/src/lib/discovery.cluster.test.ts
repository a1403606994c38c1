import { type ClusterEvent, createCluster, type Strategy } from '@evenkeel/core';
import { manualClock, settle } from '@evenkeel/core/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dnsDiscovery } from './discovery.ts';
import { type FakeDnsServer, fakeDnsServer } from './testing/fake-dns-server.ts';
import { a, type FakeAnswer, srv } from './testing/fake-records.ts';

const NAME = '_http._tcp.orders.test';
const TTL_MS = 5_000;
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Gives everyone a turn. */
function turns(): Strategy {
  let list: Parameters<Strategy['update']>[0] = [];
  let turn = 0;
  return {
    name: 'turns',
    update(candidates) {
      list = candidates;
    },
    pick: () => list[turn++ % list.length],
    clone: turns,
  };
}

const listing = (...hosts: readonly string[]): FakeAnswer => ({
  answers: hosts.map((host) => srv(NAME, [0, 1, 80], `${host}.test`, TTL_MS / 1_000)),
  additionals: hosts.map((host) => a(`${host}.test`, `10.0.0.${host.slice(1)}`, TTL_MS / 1_000)),
});

async function setUp(first: FakeAnswer) {
  const server = await fakeDnsServer(() => first);
  const clock = manualClock();
  const discovery = dnsDiscovery({ srv: NAME, servers: [server.address], clock });
  const cluster = createCluster({ name: 'orders', discovery, strategy: turns(), clock });
  const events: ClusterEvent[] = [];
  cluster.subscribe((event) => events.push(event));
  const stop = closeOnce(server);
  closers.push(stop, () => cluster.close());
  await cluster.ready({ signal: AbortSignal.timeout(5_000) });

  let failed = 0;
  const pickTen = (): string => {
    const hosts = new Set<string>();
    for (let i = 0; i < 10; i++) {
      try {
        const pick = cluster.pick();
        pick.done({ kind: 'success' });
        hosts.add(pick.endpoint.host);
      } catch {
        failed++;
      }
    }
    return [...hosts].sort().join();
  };
  /** Picks all the time while the clock moves on in small steps, leaving time for the answers in between. */
  const serve = async (ms: number): Promise<void> => {
    for (let past = 0; past < ms; past += 100) {
      await clock.advanceAsync(100);
      await answersUnderWay();
      pickTen();
    }
  };
  const state = (): string => cluster.inspect().discovery.state;
  return { server, stop, clock, cluster, events, pickTen, serve, state, failed: () => failed };
}

function closeOnce(server: FakeDnsServer): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return () => (closing ??= server.close());
}

/** Loopback sockets need some turns of the event loop, which a manual clock does not give them. */
async function answersUnderWay(): Promise<void> {
  for (let i = 0; i < 20; i++) await settle();
}

describe('a cluster on DNS', () => {
  it('sends traffic to a new endpoint, and none to one that left, within the TTL and a second', async () => {
    const { server, pickTen, serve, failed, state } = await setUp(listing('h1', 'h2'));
    expect(pickTen()).toBe('10.0.0.1,10.0.0.2');
    server.answer = () => listing('h2', 'h3');
    await serve(TTL_MS + 1_000);
    expect(pickTen()).toBe('10.0.0.2,10.0.0.3');
    expect([failed(), state()]).toEqual([0, 'live']);
  });

  it('loses no pick while the server is dead, is stale meanwhile, and follows it again afterwards', async () => {
    const { stop, pickTen, serve, failed, state, events } = await setUp(listing('h1', 'h2'));
    await stop();
    await serve(2 * TTL_MS);
    expect(state()).toBe('stale');
    await serve(60_000);
    expect([pickTen(), failed(), state()]).toEqual(['10.0.0.1,10.0.0.2', 0, 'stale']);
    const failures = events.filter(({ type }) => type === 'discoveryFailed');
    expect(failures.length).toBeGreaterThan(5);
  });

  it.each<[string, FakeDnsServer['answer']]>([
    ['says SERVFAIL', () => ({ code: 2 })],
    ['says REFUSED', () => ({ code: 5 })],
    ['is silent', () => undefined],
    ['sends nonsense', ({ id }) => Buffer.concat([Buffer.of(id >> 8, id & 255), Buffer.alloc(40, 0xc0)])],
  ])(
    'loses no pick while the server %s for a minute, and follows it again within seconds',
    async (_, answer) => {
      const { server, pickTen, serve, failed, state } = await setUp(listing('h1', 'h2'));
      server.answer = answer;
      await serve(60_000);
      expect([pickTen(), failed(), state()]).toEqual(['10.0.0.1,10.0.0.2', 0, 'stale']);
      server.answer = () => listing('h2', 'h3');
      await serve(10_000);
      expect([pickTen(), failed(), state()]).toEqual(['10.0.0.2,10.0.0.3', 0, 'live']);
    },
  );

  it('keeps traffic going when the name is gone for 30 seconds, and believes it then', async () => {
    const { server, pickTen, serve, failed, state, cluster } = await setUp(listing('h1', 'h2'));
    server.answer = () => ({ code: 3 });
    await serve(TTL_MS + 29_000);
    expect([pickTen(), failed(), state()]).toEqual(['10.0.0.1,10.0.0.2', 0, 'stale']);
    await serve(TTL_MS + 1_000);
    expect(state()).toBe('empty');
    expect(() => cluster.pick()).toThrow('discovery lists no endpoint');
    server.answer = () => listing('h3');
    await serve(TTL_MS + 1_000);
    expect(pickTen()).toBe('10.0.0.3');
  });

  it('keeps traffic going when an outage ends with a server that knows nothing yet', async () => {
    const { server, pickTen, serve, failed } = await setUp(listing('h1', 'h2'));
    server.answer = () => ({ code: 2 });
    await serve(20_000);
    server.answer = () => ({ code: 3 });
    await serve(8_000);
    server.answer = () => listing('h1', 'h3');
    await serve(10_000);
    expect([pickTen(), failed()]).toEqual(['10.0.0.1,10.0.0.3', 0]);
  });

  it('does not shrink to the targets that can be resolved while others cannot', async () => {
    const { server, pickTen, serve, failed, state } = await setUp(listing('h1', 'h2'));
    server.answer = ({ kind }) =>
      kind === 'SRV' ? { ...listing('h1', 'h2'), additionals: listing('h1').additionals! } : { code: 2 };
    await serve(3 * TTL_MS);
    expect([pickTen(), failed(), state()]).toEqual(['10.0.0.1,10.0.0.2', 0, 'stale']);
  });

  it('fails over to the next priority and back', async () => {
    const tiers: FakeAnswer = {
      answers: [srv(NAME, [10, 0, 80], 'h1.test', 5), srv(NAME, [20, 0, 80], 'h2.test', 5)],
      additionals: [a('h1.test', '10.0.0.1', 5), a('h2.test', '10.0.0.2', 5)],
    };
    const { cluster, clock, pickTen } = await setUp(tiers);
    expect(pickTen()).toBe('10.0.0.1');
    cluster.control.drain('10.0.0.1:80');
    await clock.advanceAsync(300);
    await vi.waitFor(() => expect(pickTen()).toBe('10.0.0.2'));
  });
});
