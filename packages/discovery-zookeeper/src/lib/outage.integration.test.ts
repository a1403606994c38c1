import type { RegistrarEvent } from '@evenkeel/core';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { zookeeperDiscovery } from './discovery.ts';
import { zookeeperRegistrar } from './registrar.ts';
import { openTree } from './testing/tree.ts';
import { type WatchedCluster, watchedCluster } from './testing/watched-cluster.ts';

const gate = await serviceGate('zookeeper', { control: true });

describe.skipIf(gate.skipped)(`${gate.title}: an outage`, () => {
  let server: Service;
  let servers: readonly string[];
  const rejections: unknown[] = [];
  const onRejection = (error: unknown): void => void rejections.push(error);

  beforeAll(async () => {
    server = await startService('zookeeper');
    servers = [server.address];
    process.on('unhandledRejection', onRejection);
  }, 60_000);
  afterAll(async () => {
    process.removeListener('unhandledRejection', onRejection);
    await server.stop();
    expect(rejections).toEqual([]);
  });
  beforeEach(async () => {
    await using tree = await openTree(server.address);
    await tree.clear('/services');
  });

  it('kill -9 and an empty restart: nobody is lost, a new registration is seen soon', async () => {
    await outage({ keepData: false });
  });
  it('kill -9 and a restart with data: nobody is lost, a new registration is seen soon', async () => {
    await outage({ keepData: true });
  });

  async function outage({ keepData }: { keepData: boolean }): Promise<void> {
    await using crowd = await register(5, { ttlMs: 3_000 });
    await using cluster = watchedCluster(zookeeperDiscovery({ servers, service: 's' }));
    await cluster.ready();
    await until(() => cluster.ids().length === 5);
    await server.kill();
    await state(cluster, 'stale');
    await server.restart({ keepData });
    const restartedAt = performance.now();
    await using late = zookeeperRegistrar({ servers, service: 's', address: '10.0.0.9:80' });
    await late.register();
    await until(() => cluster.ids().includes('10.0.0.9:80'));
    // The back-off of the cluster ends at 1.8 s.
    expect(performance.now() - restartedAt).toBeLessThan(2_500);
    const losses = (): number => crowd.events.filter(({ type }) => type === 'registrationLost').length;
    await until(() => losses() === (keepData ? 0 : 5));
    await until(async () => (await listed()) === 6);
    expect(cluster.ids()).toHaveLength(6);
    expect(cluster.smallest()).toBe(5);
    if (keepData) expect(losses()).toBe(0);
  }

  it('SIGSTOP for longer than the sessions: stale within two probes, never empty, back soon', async () => {
    await using _crowd = await register(3, { ttlMs: 1_500, timeoutMs: 500 });
    await using cluster = watchedCluster(
      zookeeperDiscovery({ servers, service: 's', sessionTimeoutMs: 900, timeoutMs: 500 }),
    );
    await cluster.ready();
    await until(() => cluster.ids().length === 3);
    const pausedAt = performance.now();
    server.pause();
    try {
      await state(cluster, 'stale');
      expect(performance.now() - pausedAt).toBeLessThan(2 * 300 + 150);
      await until(() => performance.now() - pausedAt > 3_000);
    } finally {
      server.resume();
    }
    const resumedAt = performance.now();
    await using late = zookeeperRegistrar({ servers, service: 's', address: '10.0.0.9:80' });
    await late.register();
    await until(() => cluster.ids().includes('10.0.0.9:80'));
    expect(performance.now() - resumedAt).toBeLessThan(2_500);
    // All sessions may have ended meanwhile: how many are back at the first reading is a matter of luck.
    expect(cluster.smallest()).toBeGreaterThan(0);
    await until(() => cluster.ids().length === 4);
  });

  it('at the start: whoever connects before the server is ready is served when it is', async () => {
    for (let round = 0; round < 3; round++) {
      await server.kill();
      const address = `10.0.0.1:${round + 1}`;
      await using cluster = watchedCluster(zookeeperDiscovery({ servers, service: 's', timeoutMs: 500 }));
      await using registrar = zookeeperRegistrar({ servers, service: 's', address, timeoutMs: 500 });
      const registered = registrar.register();
      await server.restart({ keepData: true });
      const readyAt = performance.now();
      await Promise.all([registered, cluster.ready()]);
      await until(() => cluster.ids().includes(address));
      expect(performance.now() - readyAt).toBeLessThan(3_000);
    }
  });

  async function listed(): Promise<number> {
    await using tree = await openTree(server.address);
    return (await tree.names('/services/s')).length;
  }

  async function register(count: number, options: { ttlMs?: number; timeoutMs?: number }) {
    const events: RegistrarEvent[] = [];
    const all = Array.from({ length: count }, (_, index) =>
      zookeeperRegistrar({
        servers,
        service: 's',
        host: '10.0.0.1',
        port: index + 1,
        onEvent: (event) => events.push(event),
        ...options,
      }),
    );
    await Promise.all(all.map((registrar) => registrar.register()));
    return {
      events,
      async [Symbol.asyncDispose]() {
        await Promise.all(all.map((registrar) => registrar[Symbol.asyncDispose]()));
      },
    };
  }
});

async function state(cluster: WatchedCluster, wanted: string): Promise<void> {
  await until(() => cluster.inspect().discovery.state === wanted);
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(isTrue, { interval: 5, timeout: 10_000 }).toBe(true);
}
