import { freePorts, type Service, serviceGate, startService } from '@evenkeel/services';
import { describe, expect, it } from 'vitest';
import { zookeeperDiscovery } from './discovery.ts';
import { zookeeperRegistrar } from './registrar.ts';
import { openTree } from './testing/tree.ts';
import { watchedCluster } from './testing/watched-cluster.ts';

const gate = await serviceGate('zookeeper', { control: true });

describe.skipIf(gate.skipped)(`${gate.title}: an ensemble of three`, () => {
  it.each(['killed', 'frozen'] as const)(
    'costs nobody its registration when each server in turn is %s for a while',
    async (how) => {
      await using ensemble = await startEnsemble();
      const { servers, members } = ensemble;
      const events: string[] = [];
      const options = { servers, service: 's', ttlMs: 6_000, timeoutMs: 500 };
      const crowd = Array.from({ length: 4 }, (_, index) =>
        zookeeperRegistrar({
          ...options,
          host: '10.0.0.1',
          port: index + 1,
          onEvent: ({ type }) => events.push(type),
        }),
      );
      await Promise.all(crowd.map((registrar) => registrar.register()));
      await using cluster = watchedCluster(
        zookeeperDiscovery({ servers, service: 's', sessionTimeoutMs: 1_500, timeoutMs: 500 }),
      );
      const states: string[] = [];
      cluster.subscribe((event) => {
        if (event.type === 'discoveryStateChanged') states.push(event.state);
      });
      await cluster.ready();
      await until(() => cluster.ids().length === 4);
      for (const [index, member] of members.entries()) {
        if (how === 'killed') await member.kill();
        else member.pause();
        const address = `10.0.0.2:${index + 1}`;
        const late = zookeeperRegistrar({ ...options, address });
        crowd.push(late);
        await late.register();
        await until(() => cluster.ids().includes(address));
        if (how === 'killed') await member.restart({ keepData: true });
        else member.resume();
      }
      expect(cluster.ids()).toHaveLength(7);
      expect(cluster.smallest()).toBe(4);
      expect(events.filter((type) => type === 'registrationLost')).toEqual([]);
      // A follower that lags behind is not taken for a registry that was reset.
      expect(states).not.toContain('held');
      for (const registrar of crowd) await registrar[Symbol.asyncDispose]();
      await using tree = await openTree(servers[0] ?? '');
      expect(await tree.names('/services/s')).toEqual([]);
    },
    90_000,
  );
});

async function startEnsemble() {
  const ports = await freePorts(6);
  const peers = [0, 1, 2].map((n) => `server.${n + 1}=127.0.0.1:${ports[2 * n]}:${ports[2 * n + 1]}`);
  const members: readonly Service[] = await Promise.all(
    [1, 2, 3].map((id) =>
      startService('zookeeper', {
        config: [`myid=${id}`, 'initLimit=10', 'syncLimit=5', ...peers].join('\n'),
      }),
    ),
  );
  return {
    members,
    servers: members.map(({ address }) => address),
    async [Symbol.asyncDispose]() {
      await Promise.all(members.map((member) => member.stop()));
    },
  };
}

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(isTrue, { interval: 5, timeout: 15_000 }).toBe(true);
}
