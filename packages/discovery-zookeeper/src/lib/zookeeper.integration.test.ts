import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Registrar, RegistrarEvent } from '@evenkeel/core';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { testDiscovery } from '@evenkeel/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { zookeeperDiscovery } from './discovery.ts';
import { type ZookeeperRegistrarOptions, zookeeperRegistrar } from './registrar.ts';
import { cuttableProxy } from './testing/cuttable-proxy.ts';
import { curatorRecord } from './testing/fake-zookeeper.ts';
import { follow } from './testing/follow.ts';
import { heapUsed } from './testing/heap-used.ts';
import { openTree, type Tree } from './testing/tree.ts';
import { watchedCluster } from './testing/watched-cluster.ts';

const gate = await serviceGate('zookeeper', { control: true });

describe.skipIf(gate.skipped)(gate.title, () => {
  let server: Service;
  let servers: readonly string[];
  let tree: Tree;
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
    tree = await openTree(server.address);
    await tree.clear('/services');
    return () => tree[Symbol.asyncDispose]();
  });

  const register = (options: Partial<ZookeeperRegistrarOptions> = {}): Registrar =>
    zookeeperRegistrar({ servers, service: 's', address: '10.0.0.1:80', ...options });

  describe('contract', () => {
    testDiscovery({
      test,
      make: () => {
        const put = new Map<string, Registrar>();
        return {
          discovery: zookeeperDiscovery({ servers, service: 'contract', sessionTimeoutMs: 900 }),
          async publish(addresses) {
            for (const [address, registrar] of put) {
              if (addresses.includes(address)) continue;
              await registrar[Symbol.asyncDispose]();
              put.delete(address);
            }
            for (const address of addresses) {
              if (put.has(address)) continue;
              const registrar = register({ service: 'contract', address });
              put.set(address, registrar);
              await registrar.register();
            }
          },
          async fail() {
            await server.kill();
          },
          async close() {
            if (server.pid === undefined) await server.restart({ keepData: true });
            for (const registrar of put.values()) await registrar[Symbol.asyncDispose]();
          },
        };
      },
    });
  });

  it('sees a service come up where there was not even a base, a change, and deregistration', async () => {
    const watch = follow(zookeeperDiscovery({ servers, service: 'orders' }));
    await watch.until([]);
    await using one = register({ service: 'orders', weight: 5, zone: 'z', version: '2' });
    await one.register();
    const [endpoint] = (await watch.until(['10.0.0.1:80'])).endpoints;
    expect(endpoint).toMatchObject({ weight: 5, zone: 'z', metadata: { version: '2' } });
    await tree.change('/services/orders/10.0.0.1:80', curatorRecord(80, { payload: { weight: 7 } }));
    await watch.untilTrue(({ endpoints }) => endpoints[0]?.weight === 7);
    await one.deregister();
    const gone = await watch.until([]);
    expect(gone.deregistered).toEqual(['10.0.0.1:80']);
    await watch.close();
  });

  it('writes an ephemeral node in the format of Curator, below nodes that stay', async () => {
    await using one = register({ service: 'a b', base: '/deep/base', id: 'me' });
    await one.register();
    expect((await tree.stat('/deep/base/a b/me'))?.owner).not.toBe(0n);
    expect((await tree.stat('/deep/base/a b'))?.owner).toBe(0n);
    expect(JSON.parse(await tree.data('/deep/base/a b/me'))).toMatchObject({
      name: 'a b',
      id: 'me',
      address: '10.0.0.1',
      port: 80,
      serviceType: 'DYNAMIC',
    });
    await one.deregister();
    expect(await tree.stat('/deep/base/a b/me')).toBeUndefined();
    await tree.clear('/deep');
  });

  it('is told of a registration within 50 ms, in the median of 20', async () => {
    const watch = follow(zookeeperDiscovery({ servers, service: 's' }));
    await watch.until([]);
    const times: number[] = [];
    for (let port = 1; port <= 20; port++) {
      await using registrar = register({ address: `10.0.0.1:${port}` });
      // A storm of changes is read at a slower pace; a registration out of the blue is what counts.
      const idleSince = performance.now();
      await until(() => performance.now() - idleSince > 220);
      await registrar.register();
      const registeredAt = performance.now();
      await watch.until([`10.0.0.1:${port}`]);
      times.push(performance.now() - registeredAt);
      await registrar.deregister();
      await watch.until([]);
    }
    times.sort((a, b) => a - b);
    console.log(`registered to seen: median ${times[10]!.toFixed(1)} ms, p95 ${times[18]!.toFixed(1)} ms`);
    expect(times[10]).toBeLessThan(50);
    await watch.close();
  });

  it('ends with the state of the registry after a burst, in few readings', async () => {
    const watch = follow(zookeeperDiscovery({ servers, service: 's' }));
    await watch.until([]);
    const all = Array.from({ length: 30 }, (_, index) => register({ address: `10.0.0.1:${index + 1}` }));
    await Promise.all(all.map((registrar) => registrar.register()));
    await watch.untilTrue(({ endpoints }) => endpoints.length === 30);
    await Promise.all(all.slice(2).map((registrar) => registrar.deregister()));
    await watch.until(['10.0.0.1:1', '10.0.0.1:2']);
    expect(watch.count).toBeLessThan(40);
    for (const registrar of all) await registrar[Symbol.asyncDispose]();
    await watch.close();
  });

  it('drops an endpoint whose process died when its session ends', async () => {
    const watch = follow(zookeeperDiscovery({ servers, service: 's' }));
    const child = await registrantProcess(1_000);
    await watch.until(['10.0.0.1:80']);
    child.kill('SIGKILL');
    const killedAt = performance.now();
    const gone = await watch.until([]);
    expect(gone.deregistered).toBeUndefined();
    // Sessions end in steps of the server's tick, which is 200 ms here.
    expect(performance.now() - killedAt).toBeLessThan(1_000 + 2 * 200 + 300);
    await watch.close();
  });

  it('takes the place of the node that its predecessor left behind, without a gap', async () => {
    const child = await registrantProcess(30_000);
    const watch = follow(zookeeperDiscovery({ servers, service: 's' }));
    await watch.until(['10.0.0.1:80']);
    const old = await tree.stat('/services/s/10.0.0.1:80');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await using next = register({ weight: 9 });
    await next.register();
    let sizes = 9;
    const seen = await watch.untilTrue(({ endpoints }) => {
      sizes = Math.min(sizes, endpoints.length);
      return endpoints[0]?.weight === 9;
    });
    expect(seen.deregistered).toBeUndefined();
    expect(sizes).toBe(1);
    expect((await tree.stat('/services/s/10.0.0.1:80'))?.owner).not.toBe(old?.owner);
    await watch.close();
  });

  it('does not fight for an id with another registrar, and has the place back when that leaves', async () => {
    const events: string[] = [];
    await using first = register({ ttlMs: 600, onEvent: ({ type }) => events.push(type) });
    await first.register();
    await using second = register({ weight: 2 });
    await second.register();
    const owner = (await tree.stat('/services/s/10.0.0.1:80'))?.owner;
    const heartbeats = performance.now();
    await until(() => performance.now() - heartbeats > 700);
    expect((await tree.stat('/services/s/10.0.0.1:80'))?.owner).toBe(owner);
    expect(events).toEqual(['registered']);
    await second.deregister();
    await until(async () => (await tree.stat('/services/s/10.0.0.1:80')) !== undefined);
    await until(() => events.length === 3);
    expect(events).toEqual(['registered', 'registrationLost', 'registered']);
    // The other one's place is not its to clear.
    await second.register();
    await first.deregister();
    expect(await tree.stat('/services/s/10.0.0.1:80')).toBeDefined();
  });

  it('lets one of many win that register the same id at once, and the others live with it', async () => {
    const all = Array.from({ length: 5 }, (_, index) => register({ weight: index + 1 }));
    await Promise.all(all.map((registrar) => registrar.register()));
    expect((await tree.names('/services/s')).length).toBe(1);
    await Promise.all(all.map((registrar) => registrar.deregister()));
    expect(await tree.names('/services/s')).toEqual([]);
  });

  it('goes on with its session after its connection was cut', async () => {
    await using proxy = await cuttableProxy(server.port);
    const events: RegistrarEvent[] = [];
    await using registrar = register({
      servers: [proxy.address],
      ttlMs: 3_000,
      onEvent: (event) => events.push(event),
    });
    await registrar.register();
    const before = await tree.stat('/services/s/10.0.0.1:80');
    proxy.cut();
    await until(() => proxy.connections === 2);
    await until(() => proxy.answeredSinceCut > 100);
    expect(await tree.stat('/services/s/10.0.0.1:80')).toEqual(before);
    expect(events.map(({ type }) => type)).toEqual(['registered']);
    await registrar.deregister();
  });

  it('reports what makes no sense, and goes on with the rest', async () => {
    await using registrar = register();
    await registrar.register();
    for (const [id, data] of Object.entries({
      empty: '',
      json: '{',
      weight: curatorRecord(81, { payload: { weight: -1 } }),
      port: curatorRecord(70_000),
    })) {
      await tree.put(`/services/s/${id}`, data);
    }
    await using cluster = watchedCluster(zookeeperDiscovery({ servers, service: 's' }));
    const messages: string[] = [];
    cluster.subscribe((event) => {
      if (event.type === 'snapshotRejected') messages.push(event.message);
    });
    await cluster.ready();
    expect(cluster.ids()).toEqual(['10.0.0.1:80', 'weight']);
    expect(messages.sort()).toEqual([
      expect.stringContaining('endpoint "port" left out: endpoint.port: got 70000'),
      'endpoint "weight" repaired: weight -1 is now 1',
      'record of "empty" left out: it is empty',
      expect.stringContaining('record of "json" left out'),
    ]);
  });

  it('keeps the last good endpoints when not one record can be read any more', async () => {
    await tree.put('/services/s/a', curatorRecord(80));
    await using cluster = watchedCluster(zookeeperDiscovery({ servers, service: 's' }));
    await cluster.ready();
    await tree.change('/services/s/a', 'nonsense');
    await until(() => cluster.inspect().discovery.state === 'stale');
    expect(cluster.ids()).toEqual(['a']);
    await tree.change('/services/s/a', curatorRecord(81));
    await until(() => cluster.inspect().discovery.state === 'live');
    expect(cluster.smallest()).toBe(1);
  });

  it('proves who it is, and lets nobody else change its node', async () => {
    await using registrar = register({ auth: 'me:secret', failFast: true });
    await registrar.register();
    const watch = follow(zookeeperDiscovery({ servers, service: 's' }));
    await watch.until(['10.0.0.1:80']);
    await expect(tree.change('/services/s/10.0.0.1:80', 'x')).rejects.toMatchObject({ reason: 'noAuth' });
    await using stranger = register({ address: '10.0.0.2:80', auth: 'you:secret', failFast: true });
    await expect(stranger.register()).rejects.toThrow(/create \/services\/s\/10\.0\.0\.2:80: not permitted/);
    await using same = register({ address: '10.0.0.3:80', auth: 'me:secret', failFast: true });
    await same.register();
    await watch.until(['10.0.0.1:80', '10.0.0.3:80']);
    await registrar.deregister();
    await same.deregister();
    await watch.close();
    await clearAs('me:secret');
  });

  it('asks for no longer session than the server allows', async () => {
    await using registrar = register({ ttlMs: 200_000, failFast: true });
    await expect(registrar.register()).rejects.toThrow(
      'the server allows sessions of 60000 ms at most: take a ttlMs of at most 120000 instead of 200000',
    );
  });

  it('leaves no connection, session, timer or memory behind after 1,000 watches', async () => {
    const discovery = zookeeperDiscovery({ servers, service: 's' });
    const before = await connections();
    let usedAfter200 = 0;
    for (let round = 0; round < 50; round++) {
      if (round === 10) usedAfter200 = heapUsed();
      await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const controller = new AbortController();
          const watch = discovery.watch({ signal: controller.signal })[Symbol.asyncIterator]();
          if (index % 4 !== 0) await watch.next();
          if (index % 2 === 0) controller.abort();
          else await watch.return?.();
          expect((await watch.next()).done).toBe(true);
        }),
      );
    }
    await until(async () => (await connections()) === before);
    const resources = process.getActiveResourcesInfo();
    expect(resources.filter((name) => name === 'TCPSocketWrap').length).toBeLessThan(5);
    expect(resources.filter((name) => name === 'Timeout').length).toBeLessThan(10);
    expect(heapUsed() - usedAfter200).toBeLessThan(3_000_000);
  }, 60_000);

  it('is left before the process ends at SIGTERM, and lets it end', async () => {
    const watch = follow(zookeeperDiscovery({ servers, service: 's' }));
    const child = await registrantProcess(5_000, 'drainOnSignals(registrar, { delayMs: 300 });');
    await watch.until(['10.0.0.1:80']);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect((await watch.until([])).deregistered).toEqual(['10.0.0.1:80']);
    expect(await ended).toEqual([null, 'SIGTERM']);
    await watch.close();
  });

  async function connections(): Promise<number> {
    const socket = connect(server.port, server.host);
    socket.end('srvr');
    return Number(/Connections: (\d+)/.exec(await text(socket))?.[1]);
  }

  async function clearAs(auth: string): Promise<void> {
    const mine = await openTree(server.address, auth);
    await mine.clear('/services');
    await mine[Symbol.asyncDispose]();
  }

  /** Another process that registers `10.0.0.1:80`. */
  async function registrantProcess(ttlMs: number, more = '') {
    const program = `
      import { drainOnSignals } from '@evenkeel/core';
      import { zookeeperRegistrar } from './src/index.ts';
      const registrar = zookeeperRegistrar({
        servers: ['${server.address}'], service: 's', address: '10.0.0.1:80', ttlMs: ${ttlMs},
      });
      void drainOnSignals;
      ${more}
      await registrar.register();
      console.log('registered');
      setInterval(() => {}, 1000);`;
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return child;
  }
});

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(isTrue, { interval: 5, timeout: 10_000 }).toBe(true);
}
