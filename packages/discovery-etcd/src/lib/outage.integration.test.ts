import { type Service, serviceGate, startService } from '@evenkeel/services';
import { type Crowd, registerAll, until, untilState, watchedCluster } from '@evenkeel/testing/driver';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { etcdDiscovery } from './discovery.ts';
import { etcdRegistrar } from './registrar.ts';
import { follow } from './testing/follow.ts';
import { rawEtcd } from './testing/raw-etcd.ts';
import { relay } from './testing/relay.ts';

const gate = await serviceGate('etcd', { control: true });

describe.skipIf(gate.skipped)(`outages of ${gate.title}`, () => {
  let server: Service;
  let endpoints: readonly string[];
  const rejections: unknown[] = [];
  const onRejection = (error: unknown): void => void rejections.push(error);

  beforeAll(async () => {
    server = await startService('etcd');
    endpoints = [server.address];
    process.on('unhandledRejection', onRejection);
  });
  afterAll(async () => {
    process.removeListener('unhandledRejection', onRejection);
    await server.stop();
    expect(rejections).toEqual([]);
  });
  beforeEach(() => rawEtcd(`http://${server.address}`).remove(''));

  it.each([
    { keepData: false, name: 'an empty restart' },
    { keepData: true, name: 'a restart with data' },
  ])('kill -9 and $name: nobody is lost, a new registration is seen soon', async ({ keepData }) => {
    await using crowd = await register(5, { ttlMs: 3_000 });
    await using cluster = watchedCluster(etcdDiscovery({ endpoints, service: 's' }));
    await cluster.ready();
    await server.kill();
    await untilState(cluster, 'stale');
    const restartedAt = performance.now();
    await server.restart({ keepData });
    await using late = etcdRegistrar({ endpoints, service: 's', address: '10.0.0.9:80' });
    await late.register();
    await until(() => cluster.ids().includes('10.0.0.9:80'));
    expect(performance.now() - restartedAt).toBeLessThan(4_000);
    const lost = () => crowd.events.filter(({ type }) => type === 'registrationLost').length;
    if (!keepData) await until(() => lost() === 5);
    expect(cluster.ids()).toHaveLength(6);
    expect(cluster.smallest()).toBe(5);
  });

  it('an empty restart is a reset, also when the new store is further than the old one was', async () => {
    const watch = follow(etcdDiscovery({ endpoints, service: 's' }));
    await using crowd = await register(1, { ttlMs: 1_000 });
    const before = await watch.until(['10.0.0.1:1']);
    await server.restart({ keepData: false });
    expect(await watch.ended).toMatchObject({ code: 'ERR_EVENKEEL_DISCOVERY' });
    await until(() => crowd.events.filter(({ type }) => type === 'registered').length >= 2);
    const raw = rawEtcd(`http://${server.address}`);
    while (BigInt(await raw.revision()) <= before.revision!) await raw.put('other', '');
    const after = follow(etcdDiscovery({ endpoints, service: 's' }));
    const { epoch, revision } = await after.until(['10.0.0.1:1']);
    expect(revision).toBeGreaterThan(before.revision!);
    expect(epoch).not.toBe(before.epoch);
    await after.close();
  });

  it('SIGSTOP for longer than the leases: stale within two probe intervals, never empty, back within 2 s', async () => {
    await using _crowd = await register(3, { ttlMs: 2_000, timeoutMs: 500 });
    await using cluster = watchedCluster(
      etcdDiscovery({ endpoints, service: 's', pingMs: 500, timeoutMs: 300 }),
    );
    await cluster.ready();
    const pausedAt = performance.now();
    server.pause();
    try {
      await untilState(cluster, 'stale');
      expect(performance.now() - pausedAt).toBeLessThan(1_000 + 150);
      await until(() => performance.now() - pausedAt > 2_500);
      expect(cluster.ids()).toHaveLength(3);
    } finally {
      server.resume();
    }
    const resumedAt = performance.now();
    await using late = etcdRegistrar({ endpoints, service: 's', address: '10.0.0.9:80' });
    await late.register();
    await until(() => cluster.ids().includes('10.0.0.9:80'));
    expect(performance.now() - resumedAt).toBeLessThan(2_000);
    await until(() => cluster.ids().length === 4);
    expect(cluster.smallest()).toBeGreaterThan(0);
  });

  it('of the connections alone is healed the same way', async () => {
    await using between = await relay(server.port);
    await using _crowd = await register(2, {});
    await using cluster = watchedCluster(etcdDiscovery({ endpoints: [between.address], service: 's' }));
    await cluster.ready();
    await until(() => between.openSockets() === 2);
    between.cut();
    await untilState(cluster, 'stale');
    await untilState(cluster, 'live');
    expect(cluster.ids()).toHaveLength(2);
    expect(cluster.smallest()).toBe(2);
  });

  it('of the majority is noticed within two probe intervals, and costs nobody', async () => {
    await using lonely = await startService('etcd');
    const options = { endpoints: [lonely.address], service: 's' };
    await using registrar = etcdRegistrar({ ...options, address: '10.0.0.1:80' });
    await registrar.register();
    await using cluster = watchedCluster(etcdDiscovery({ ...options, pingMs: 500, timeoutMs: 300 }));
    await cluster.ready();
    // Of two members the other one is nowhere: what is left answers, and may decide nothing.
    const other = { peerURLs: ['http://127.0.0.1:1'] };
    await rawEtcd(`http://${lonely.address}`).post('cluster/member/add', other);
    const aloneSince = performance.now();
    await untilState(cluster, 'stale');
    expect(performance.now() - aloneSince).toBeLessThan(1_000 + 150);
    expect(cluster.ids()).toEqual(['10.0.0.1:80']);
  });

  it('of one endpoint of several costs nothing', async () => {
    await using between = await relay(server.port);
    await using registrar = etcdRegistrar({
      endpoints: ['127.0.0.1:1', between.address],
      service: 's',
      address: '10.0.0.1:80',
      failFast: true,
      random: () => 0,
    });
    await registrar.register();
    await using cluster = watchedCluster(
      etcdDiscovery({
        endpoints: ['127.0.0.1:1', between.address, server.address],
        service: 's',
        random: () => 0,
      }),
    );
    await cluster.ready();
    expect(cluster.ids()).toEqual(['10.0.0.1:80']);
    between.goDown();
    await untilState(cluster, 'stale');
    await untilState(cluster, 'live');
    expect(cluster.smallest()).toBe(1);
  });

  function register(count: number, options: { ttlMs?: number; timeoutMs?: number }): Promise<Crowd> {
    return registerAll(count, (port, onEvent) =>
      etcdRegistrar({ endpoints, service: 's', host: '10.0.0.1', port, onEvent, ...options }),
    );
  }
});
