import { createCluster, mergeDiscovery } from '@evenkeel/core';
import { serviceGate, startService } from '@evenkeel/services';
import { roundRobin } from '@evenkeel/strategies';
import { describe, expect, it } from 'vitest';
import { REGISTRIES } from './registries/registries.ts';

const gates = [await serviceGate('redis', { control: true }), await serviceGate('consul', { control: true })];
const SERVICE = 'orders';
const BOTH = ['127.0.0.1:7001', '127.0.0.1:7002'];
const REDIS_ONLY = '127.0.0.1:7003';
const CONSUL_ONLY = '127.0.0.1:7004';
const LATER = '127.0.0.1:7005';

describe.skipIf(gates.some(({ skipped }) => skipped))(
  `one service in two registries (${gates.map(({ title }) => title).join(', ')})`,
  () => {
    const { redis, consul } = REGISTRIES;

    /** Both servers, the endpoints, and a cluster over them. */
    const setUp = async () => {
      const stack = new AsyncDisposableStack();
      const [redisServer, consulServer] = await Promise.all([startService('redis'), startService('consul')]);
      stack.use(redisServer);
      stack.use(consulServer);
      const atRedis = (endpoint: string) =>
        stack.use(redis.registrar(redisServer, { service: SERVICE, endpoint, ttlMs: 3_000 }));
      const atConsul = (endpoint: string) =>
        stack.use(consul.registrar(consulServer, { service: SERVICE, endpoint, ttlMs: 3_000 }));
      for (const endpoint of [...BOTH, REDIS_ONLY]) await atRedis(endpoint).register();
      for (const endpoint of [...BOTH, CONSUL_ONLY]) await atConsul(endpoint).register();
      const input = { service: SERVICE, quickProbes: true };
      const cluster = stack.use(
        createCluster({
          name: SERVICE,
          discovery: mergeDiscovery([
            redis.discovery(redisServer, input),
            consul.discovery(consulServer, input),
          ]),
          strategy: roundRobin(),
        }),
      );
      const errors: string[] = [];
      let fewest = Number.POSITIVE_INFINITY;
      cluster.subscribe((event) => {
        if (event.type === 'discoveryFailed') errors.push(String(event.error));
        if (event.type === 'endpointsChanged') fewest = Math.min(fewest, event.total);
      });
      await cluster.ready();
      return {
        redisServer,
        atRedis,
        atConsul,
        errors,
        fewest: () => fewest,
        state: () => cluster.inspect().discovery.state,
        /** With duplicates, if there are any. */
        addresses: () =>
          cluster
            .inspect()
            .endpoints.map(({ host, port }) => `${host}:${port}`)
            .sort(),
        [Symbol.asyncDispose]: () => stack.disposeAsync(),
      };
    };

    it('lists each endpoint once, and lets it go when it has left both', async () => {
      await using merged = await setUp();
      expect(merged.addresses()).toEqual([...BOTH, REDIS_ONLY, CONSUL_ONLY]);
      const first = merged.atRedis(LATER);
      const second = merged.atConsul(LATER);
      await first.register();
      await expect.poll(merged.addresses).toEqual([...BOTH, REDIS_ONLY, CONSUL_ONLY, LATER]);
      await second.register();
      await first.deregister();
      // A change that is seen after it shows that the departure from one registry was seen as well, and removed nobody.
      const marker = merged.atRedis('127.0.0.1:7006');
      await marker.register();
      await expect.poll(merged.addresses).toContain('127.0.0.1:7006');
      expect(merged.addresses()).toContain(LATER);
      await second.deregister();
      await expect.poll(merged.addresses).not.toContain(LATER);
    });

    it('keeps the share of a registry that is dead beyond its leases, and follows the other', async () => {
      await using merged = await setUp();
      await merged.redisServer.kill();
      await expect.poll(() => merged.errors.length).toBeGreaterThan(0);
      expect(merged.errors[0]).toMatch(/redis/);
      await merged.atConsul(LATER).register();
      await expect.poll(merged.addresses).toEqual([...BOTH, REDIS_ONLY, CONSUL_ONLY, LATER]);
      const diedAt = performance.now();
      await expect
        .poll(() => performance.now() - diedAt, { timeout: 10_000, interval: 100 })
        .toBeGreaterThan(4_000);
      expect(merged.addresses()).toEqual([...BOTH, REDIS_ONLY, CONSUL_ONLY, LATER]);
      // One registry answers, so the whole is not stale.
      expect(merged.state()).toBe('live');
      expect(merged.fewest()).toBe(4);
    });

    it('has all back when the dead registry comes back empty', async () => {
      await using merged = await setUp();
      await merged.redisServer.kill();
      await expect.poll(() => merged.errors.length).toBeGreaterThan(0);
      await merged.redisServer.restart({ keepData: false });
      await merged.atRedis(LATER).register();
      await expect
        .poll(merged.addresses, { timeout: 5_000 })
        .toEqual([...BOTH, REDIS_ONLY, CONSUL_ONLY, LATER]);
      expect(merged.fewest()).toBe(4);
    });
  },
);
