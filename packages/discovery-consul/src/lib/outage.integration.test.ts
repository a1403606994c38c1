import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Discovery } from '@evenkeel/core';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import {
  type Crowd,
  churnWatches,
  heapUsed,
  registerAll,
  until,
  untilState,
  watchedCluster,
} from '@evenkeel/testing/driver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consulDiscovery } from './discovery.ts';
import { type ConsulRegistrarOptions, consulRegistrar } from './registrar.ts';
import { agentApi } from './testing/agent-api.ts';
import { follow } from './testing/follower.ts';

/** The longest pause between two watches of core's recovery, and the most that is added to it here. */
const SEEN_WITHIN_MS = 1_800 + 100 + 900;

const gate = await serviceGate('consul', { control: true });

describe.skipIf(gate.skipped)(`${gate.title} in trouble`, () => {
  let server: Service;
  let address: string;
  const rejections: unknown[] = [];
  const onRejection = (error: unknown): void => void rejections.push(error);

  beforeAll(async () => {
    server = await startService('consul');
    address = server.address;
    process.on('unhandledRejection', onRejection);
  });
  afterAll(async () => {
    process.removeListener('unhandledRejection', onRejection);
    await server.stop();
    expect(rejections).toEqual([]);
  });

  it('kill -9 and an empty restart: nobody is lost, all register again, a newcomer is seen soon', async () => {
    await using crowd = await register('orders', 5, { ttlMs: 3_000 });
    await using cluster = watchedCluster(consulDiscovery({ address, service: 'orders' }));
    await cluster.ready();
    // The index of the new store is lower than this one.
    for (let round = 0; round < 20; round++)
      await agentApi(address).register('more', `10.0.0.1:${round + 1}`);
    await server.kill();
    await untilState(cluster, 'stale', 20_000);
    await server.restart({ keepData: false });
    const restartedAt = performance.now();
    await using late = registrarOf('orders', 9);
    await late.register();
    await until(() => cluster.ids().includes('n1/orders:10.0.0.1:9'));
    expect(performance.now() - restartedAt).toBeLessThan(SEEN_WITHIN_MS);
    await until(() => crowd.events.filter(({ type }) => type === 'registrationLost').length >= 5);
    await until(() => crowd.events.filter(({ type }) => type === 'registered').length >= 10);
    expect(cluster.ids()).toHaveLength(6);
    expect(cluster.smallest()).toBe(5);
  });

  it('SIGSTOP for longer than the leases: stale within two probe intervals, nobody is lost', async () => {
    const pingMs = 500;
    await using _crowd = await register('frozen', 3, { ttlMs: 1_500 });
    await using cluster = watchedCluster(
      consulDiscovery({ address, service: 'frozen', pingMs, timeoutMs: 300 }),
    );
    await cluster.ready();
    const pausedAt = performance.now();
    server.pause();
    try {
      await untilState(cluster, 'stale', 20_000);
      expect(performance.now() - pausedAt).toBeLessThan(2 * pingMs + 150);
      await until(() => performance.now() - pausedAt > 2_500);
    } finally {
      server.resume();
    }
    const resumedAt = performance.now();
    await using late = registrarOf('frozen', 9);
    await late.register();
    await until(() => cluster.ids().includes('n1/frozen:10.0.0.1:9'));
    expect(performance.now() - resumedAt).toBeLessThan(SEEN_WITHIN_MS);
    await until(() => cluster.inspect().endpoints.every(({ weight }) => weight === 1));
    expect(cluster.smallest()).toBe(3);
  });

  it('all leases run out: the endpoints stay in use until one of them is healthy again', async () => {
    const lease = { Check: { CheckID: 'lease-1', TTL: '400ms', Status: 'passing' } };
    await agentApi(address).register('late', '10.0.0.1:1', lease);
    await agentApi(address).register('late', '10.0.0.1:2', { Check: { TTL: '400ms', Status: 'passing' } });
    const watch = follow(consulDiscovery({ address, service: 'late' }));
    await watch.until(1, 2);
    const health = (): string => {
      const { endpoints = [] } = watch.snapshots.at(-1) ?? {};
      const parts = endpoints.map(
        ({ metadata, weight }) => `${metadata['consul.health'] ?? 'passing'} ${weight}`,
      );
      return parts.sort().join();
    };
    await watch.untilTrue(() => health() === 'critical 1,critical 1');
    for (const { endpoints } of watch.snapshots)
      expect(endpoints.some(({ weight }) => weight > 0)).toBe(true);
    await agentApi(address).put('/agent/check/pass/lease-1');
    await watch.untilTrue(() => health() === 'critical 0,passing 1');
    await watch.close();
    for (const port of [1, 2]) await agentApi(address).deregister(`late-10.0.0.1:${port}`);
  });

  it('no leader any more: stale soon, nobody is lost, and live again when it is back', async () => {
    await using first = await startService('consul', { persist: true });
    const joins = ['-retry-join', `127.0.0.1:${first.ports.serf}`];
    const args = ['-bootstrap=false', '-node', 'n2', ...joins];
    await using second = await startService('consul', { persist: true, args });
    await agentApi(first.address).register('s', '10.0.0.1:80');
    // The second server learns of it a moment later.
    const arrival = follow(consulDiscovery({ address: second.address, service: 's' }));
    await arrival.until(80);
    await arrival.close();
    await using cluster = watchedCluster(
      consulDiscovery({ address: second.address, service: 's', pingMs: 300 }),
    );
    await cluster.ready();
    await first.kill();
    const killedAt = performance.now();
    await untilState(cluster, 'stale', 20_000);
    expect(performance.now() - killedAt).toBeLessThan(6_000);
    expect(cluster.ids()).toHaveLength(1);
    // A question of a caller is answered at once: there is no hanging query in its way.
    const watch = follow(consulDiscovery({ address: second.address, service: 's' }));
    const askedAt = performance.now();
    expect((await watch.until(80)).stale).toBe(true);
    expect(performance.now() - askedAt).toBeLessThan(1_000);
    await watch.close();
    await first.restart({ keepData: true });
    await untilState(cluster, 'live', 20_000);
    expect(cluster.smallest()).toBe(1);
  }, 40_000);

  it('a server that has not replayed its log yet: no new watch is told that there is nobody', async () => {
    await using first = await startService('consul', { persist: true });
    await agentApi(first.address).register('s', '10.0.0.1:80');
    const joins = ['-retry-join', `127.0.0.1:${first.ports.serf}`];
    const args = ['-bootstrap=false', '-node', 'n2', ...joins];
    await using second = await startService('consul', { persist: true, args });
    const discovery = consulDiscovery({ address: second.address, service: 's' });
    const told: number[] = [];
    const watchUntil = async (signal: AbortSignal): Promise<void> => {
      while (!signal.aborted) {
        // A server that is not up yet fails it.
        const endpoints = await firstOf(discovery, signal).catch(() => undefined);
        if (endpoints !== undefined) told.push(endpoints);
        else await nextTurn();
      }
    };
    for (let restart = 0; restart < 6; restart++) {
      await second.kill();
      const before = told.length;
      const over = new AbortController();
      const watches = Array.from({ length: 4 }, () => watchUntil(over.signal));
      await second.restart({ keepData: true });
      await until(() => told.length >= before + 50, 20_000);
      over.abort();
      await Promise.all(watches);
    }
    expect(Math.min(...told)).toBe(1);
  }, 60_000);

  it('a token that Consul does not know: a clear error, in discovery and registrar', async () => {
    const acl = 'acl { enabled = true default_policy = "allow" tokens { master = "root" } }';
    await using guarded = await startService('consul', { args: ['-hcl', acl] });
    const options = { address: guarded.address, service: 's' };
    const failure = await follow(consulDiscovery({ ...options, token: 'secret-wrong' })).failure();
    expect(String(failure)).toMatch(/service "s": HTTP 403: ACL not found/);
    expect(String(failure)).not.toContain('secret');
    await using wrong = consulRegistrar({
      ...options,
      endpoint: '10.0.0.1:80',
      token: 'secret-wrong',
      failFast: true,
    });
    await expect(wrong.register()).rejects.toThrow(/HTTP 403/);
    await using right = consulRegistrar({ ...options, endpoint: '10.0.0.1:80', token: 'root' });
    await right.register();
    const watch = follow(consulDiscovery({ ...options, token: 'root' }));
    await watch.until(80);
    await watch.close();
  });

  it('1,000 watches leave no connection, timer or memory behind', async () => {
    const discovery = consulDiscovery({ address, service: 'frozen' });
    const usedAfter200 = await churnWatches(discovery);
    const open = (kind: string): number =>
      process.getActiveResourcesInfo().filter((name) => name === kind).length;
    await until(() => open('TCPSocketWrap') < 5);
    expect(open('Timeout')).toBeLessThan(10);
    expect(heapUsed() - usedAfter200).toBeLessThan(3_000_000);
  }, 60_000);

  it('220 watches of one agent: nobody is hung up on, everybody sees a change', async () => {
    const all = Array.from({ length: 220 }, (_, index) =>
      follow(consulDiscovery({ address, service: `many-${index}`, pollMs: 500 })),
    );
    await Promise.all(all.map((watch) => watch.until()));
    // One after the other: the connections of this test count as well.
    for (const index of all.keys()) await agentApi(address).register(`many-${index}`, '10.0.0.1:80');
    await Promise.all(all.map((watch) => watch.until(80)));
    await Promise.all(all.map((watch) => watch.close()));
    expect(all.flatMap(({ messages }) => messages)).toEqual([]);
  }, 60_000);

  /** How many endpoints a new watch is told of first. */
  async function firstOf(discovery: Discovery, signal: AbortSignal): Promise<number | undefined> {
    for await (const { endpoints } of discovery.watch({ signal })) return endpoints.length;
    return undefined;
  }

  function registrarOf(service: string, port: number, options: Partial<ConsulRegistrarOptions> = {}) {
    return consulRegistrar({ address, service, endpoint: `10.0.0.1:${port}`, ...options });
  }

  function register(
    service: string,
    count: number,
    options: Partial<ConsulRegistrarOptions>,
  ): Promise<Crowd> {
    return registerAll(count, (port, onEvent) => registrarOf(service, port, { ...options, onEvent }));
  }
});
