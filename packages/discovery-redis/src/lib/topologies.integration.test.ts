import { type Service, serviceGate, startService } from '@evenkeel/services';
import { watchedCluster } from '@evenkeel/testing/driver';
import { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import type { RedisConnectionOptions } from './connection-options.ts';
import { redisDiscovery } from './discovery.ts';
import { redisRegistrar } from './registrar.ts';

const gate = await serviceGate('redis', { control: true });

describe.skipIf(gate.skipped)(`${gate.title}: more than one`, () => {
  describe('Sentinel', () => {
    it.each(['killed', 'frozen'] as const)(
      'follows a failover when the master is %s',
      async (how) => {
        await using set = await sentinelSet();
        const { sentinel } = set;
        const before = openSockets();
        const first = redisRegistrar({ sentinel, service: 's', address: '10.0.0.1:80', ttlMs: 3_000 });
        await first.register();
        const view = watched({ sentinel, pingMs: 500, timeoutMs: 500 });
        await view.until(['10.0.0.1:80']);
        if (how === 'killed') await set.master.kill();
        else set.master.pause();
        const second = redisRegistrar({
          sentinel,
          service: 's',
          address: '10.0.0.2:80',
          timeoutMs: 500,
        });
        await second.register();
        await view.until(['10.0.0.1:80', '10.0.0.2:80']);
        expect(view.smallest()).toBe(1);
        for (const used of [view, first, second]) await used[Symbol.asyncDispose]();
        await expect.poll(openSockets, { interval: 10, timeout: 5_000 }).toBeLessThanOrEqual(before);
      },
      60_000,
    );
  });

  describe('Cluster', () => {
    it('registers and watches from any member, and leaves a dead one', async () => {
      await using servers = await clusterOfThree();
      const cluster = servers.all.map(({ address }) => address);
      await using first = redisRegistrar({ cluster, service: 's', address: '10.0.0.1:80' });
      await first.register();
      // Several watches, so that all members have subscribers.
      const views = Array.from({ length: 8 }, () => watched({ cluster, pingMs: 500, timeoutMs: 1_000 }));
      for (const view of views) await view.until(['10.0.0.1:80']);
      const { owner } = servers;
      await servers.all.find((server) => server !== owner)?.kill();
      await using second = redisRegistrar({ cluster, service: 's', address: '10.0.0.2:80' });
      await second.register();
      for (const view of views) await view.until(['10.0.0.1:80', '10.0.0.2:80']);
      for (const view of views) {
        expect(view.smallest()).toBe(1);
        await view[Symbol.asyncDispose]();
      }
    }, 60_000);

    it("goes over the caller's own client, and leaves it open", async () => {
      await using servers = await clusterOfThree();
      const client = new Cluster(servers.all.map(({ host, port }) => ({ host, port })));
      const registrar = redisRegistrar({ client, service: 's', address: '10.0.0.1:80' });
      await registrar.register();
      const view = watched({ client });
      await view.until(['10.0.0.1:80']);
      await view[Symbol.asyncDispose]();
      await registrar[Symbol.asyncDispose]();
      expect(client.status).toBe('ready');
      client.disconnect();
    }, 60_000);
  });
});

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

function watched(options: RedisConnectionOptions & { pingMs?: number; timeoutMs?: number }) {
  const cluster = watchedCluster(redisDiscovery({ ...options, service: 's' }));
  const isLive = (wanted: readonly string[]): boolean =>
    ['live', 'held'].includes(cluster.inspect().discovery.state) && cluster.ids().join() === wanted.join();
  return {
    smallest: cluster.smallest,
    until: (wanted: readonly string[]) =>
      expect.poll(() => isLive(wanted), { interval: 10, timeout: 20_000 }).toBe(true),
    [Symbol.asyncDispose]: () => cluster.close(),
  };
}

async function sentinelSet() {
  const quick = ['--repl-diskless-sync-delay', '0'];
  const master = await startService('redis', { args: quick });
  const replica = await startService('redis', {
    args: [...quick, '--replicaof', master.host, String(master.port)],
  });
  const watcher = await startService('redis', {
    args: ['--sentinel'],
    config: [
      `sentinel monitor m ${master.host} ${master.port} 1`,
      'sentinel down-after-milliseconds m 500',
      'sentinel failover-timeout m 2000',
      '',
    ].join('\n'),
  });
  const client = new Redis(watcher.port, watcher.host);
  await expect
    .poll(async () => String(await client.call('SENTINEL', 'replicas', 'm')), {
      interval: 50,
      timeout: 20_000,
    })
    .toContain('master-link-status,ok');
  client.disconnect();
  return {
    master,
    sentinel: { name: 'm', nodes: [watcher.address] },
    async [Symbol.asyncDispose]() {
      for (const server of [watcher, replica, master]) await server.stop();
    },
  };
}

async function clusterOfThree() {
  const args = [
    '--cluster-enabled',
    'yes',
    '--cluster-require-full-coverage',
    'no',
    '--cluster-node-timeout',
    '1000',
  ];
  const all: Service[] = [];
  for (let count = 0; count < 3; count++) all.push(await startService('redis', { args }));
  const clients = all.map(({ port, host }) => new Redis(port, host));
  const one = clients[0]!;
  const ranges = [0, 5_000, 10_000, 16_384];
  for (const [index, client] of clients.entries()) {
    await client.call('CLUSTER', 'ADDSLOTSRANGE', String(ranges[index]), String(ranges[index + 1]! - 1));
    if (index > 0) await one.call('CLUSTER', 'MEET', all[index]!.host, String(all[index]!.port));
  }
  for (const client of clients) {
    const info = async (): Promise<string> => String(await client.call('CLUSTER', 'INFO'));
    await expect.poll(info, { interval: 50, timeout: 20_000 }).toMatch(/state:ok[\s\S]*slots_ok:16384/);
  }
  const slot = Number(await one.call('CLUSTER', 'KEYSLOT', 'lb:{s}:exp'));
  const owner = all[ranges.findIndex((start) => start > slot) - 1];
  for (const client of clients) client.disconnect();
  return {
    all,
    owner,
    async [Symbol.asyncDispose]() {
      for (const server of all) await server.stop();
    },
  };
}
