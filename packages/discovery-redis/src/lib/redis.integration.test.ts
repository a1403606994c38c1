import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Snapshot } from '@evenkeel/core';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { testDiscovery } from '@evenkeel/testing';
import {
  type Crowd,
  churnWatches,
  follow,
  heapUsed,
  publisher,
  registerAll,
  until,
  untilState,
  watchedCluster,
} from '@evenkeel/testing/driver';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { redisDiscovery } from './discovery.ts';
import { redisRegistrar } from './registrar.ts';

const gate = await serviceGate('redis', { control: true });

describe.skipIf(gate.skipped)(gate.title, () => {
  let server: Service;
  let client: Redis;
  let url: string;
  const rejections: unknown[] = [];
  const onRejection = (error: unknown): void => void rejections.push(error);

  beforeAll(async () => {
    server = await startService('redis', { persist: true });
    url = `redis://${server.address}`;
    process.on('unhandledRejection', onRejection);
  });
  afterAll(async () => {
    process.removeListener('unhandledRejection', onRejection);
    await server.stop();
    expect(rejections).toEqual([]);
  });
  beforeEach(async () => {
    client?.disconnect();
    client = new Redis(url);
    client.on('error', () => {});
    await client.flushall();
    return () => client.disconnect();
  });

  describe('contract', () => {
    testDiscovery({
      test,
      make: () => {
        const mine = new Redis(url);
        const registered = publisher((address) =>
          redisRegistrar({ client: mine, service: 'contract', address }),
        );
        return {
          discovery: redisDiscovery({ url, service: 'contract', pingMs: 50, timeoutMs: 500 }),
          publish: registered.publish,
          async fail() {
            await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
          },
          async close() {
            await registered.close();
            mine.disconnect();
          },
        };
      },
    });
  });

  it('sees registration, a change, expiry and deregistration', async () => {
    const watch = follow(redisDiscovery({ url, service: 'a/b' }));
    await watch.until([]);
    await using one = redisRegistrar({
      url,
      service: 'a/b',
      address: '10.0.0.1:80',
      weight: 5,
      zone: 'z',
      version: '2',
    });
    await one.register();
    const [endpoint] = (await watch.until(['10.0.0.1:80'])).endpoints;
    expect(endpoint).toMatchObject({ weight: 5, zone: 'z', metadata: { version: '2' } });
    await using changed = redisRegistrar({ url, service: 'a/b', address: '10.0.0.1:80', weight: 7 });
    await changed.register();
    await watch.untilTrue(({ endpoints }) => endpoints[0]?.weight === 7);
    await one.deregister();
    const gone = await watch.until([]);
    expect(gone.deregistered).toEqual(['10.0.0.1:80']);
    await watch.close();
  });

  it('drops an endpoint whose process died when its lease ends, not later', async () => {
    const watch = follow(redisDiscovery({ url, service: 's' }));
    const mine = new Redis(url);
    const options = { client: mine, service: 's', address: '10.0.0.1:80', ttlMs: 400 };
    await using registrar = redisRegistrar(options);
    await registrar.register();
    await watch.until(['10.0.0.1:80']);
    mine.disconnect();
    const score = await client.zscore('lb:{s}:exp', '10.0.0.1:80');
    await watch.until([]);
    const [seconds, micros] = await client.time();
    const lateMs = Number(seconds) * 1000 + Number(micros) / 1000 - Number(score);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(100);
    await watch.close();
  });

  it('is told of a registration within 50 ms, in the median of 20', async () => {
    const watch = follow(redisDiscovery({ url, service: 's' }));
    await watch.until([]);
    const times: number[] = [];
    for (let port = 1; port <= 20; port++) {
      await using registrar = redisRegistrar({ client, service: 's', host: '10.0.0.1', port });
      // A storm of changes is read at a slower pace; a registration out of the blue is what counts.
      const idleSince = performance.now();
      await until(() => performance.now() - idleSince > 220);
      const startedAt = performance.now();
      await registrar.register();
      await watch.until([`10.0.0.1:${port}`]);
      times.push(performance.now() - startedAt);
      await registrar.deregister();
      await watch.until([]);
    }
    times.sort((a, b) => a - b);
    console.log(`registered to seen: median ${times[10]!.toFixed(1)} ms, p95 ${times[18]!.toFixed(1)} ms`);
    expect(times[10]).toBeLessThan(50);
    await watch.close();
  });

  it('ends with the state of the registry after a burst, in few readings', async () => {
    const watch = follow(redisDiscovery({ url, service: 's' }));
    await watch.until([]);
    const all = Array.from({ length: 50 }, (_, index) =>
      redisRegistrar({ client, service: 's', host: '10.0.0.1', port: index + 1 }),
    );
    await Promise.all(all.map((registrar) => registrar.register()));
    await watch.untilTrue(({ endpoints }) => endpoints.length === 50);
    await Promise.all(all.slice(10).map((registrar) => registrar.deregister()));
    const last = await watch.untilTrue(({ endpoints }) => endpoints.length === 10);
    expect(last.endpoints.map(({ port }) => port).sort((a, b) => a - b)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    expect(watch.snapshots.length).toBeLessThan(60);
    for (const registrar of all) await registrar[Symbol.asyncDispose]();
    await watch.close();
  });

  describe('plain forms', () => {
    const entries = [
      '10.0.0.1:80',
      'http://10.0.0.2:81/x',
      '{"host":"10.0.0.3","port":82,"weight":3}',
      '10.0.0.1:80',
    ];
    const wanted = ['10.0.0.1:80', '10.0.0.2:81', '10.0.0.3:82'];
    const forms: Record<string, (key: string) => Promise<unknown>> = {
      list: (key) => client.rpush(key, ...entries),
      set: (key) => client.sadd(key, ...entries),
      zset: (key) => client.zadd(key, 1, entries[0]!, 2, entries[1]!, 3, entries[2]!),
      hash: (key) => client.hset(key, 'a', entries[0]!, 'b', entries[1]!, 'c', entries[2]!, 'd', entries[3]!),
      string: (key) => client.set(key, `10.0.0.1:80, 10.0.0.2:81\n10.0.0.3:82`),
    };
    it.each(Object.keys(forms))('reads a %s', async (form) => {
      await forms[form]!('services:plain');
      const watch = follow(redisDiscovery({ url, service: 'plain' }));
      await watch.until(wanted);
      await watch.close();
    });

    it('follows changes by polling, and moves to the leased form as soon as somebody registers', async () => {
      await client.rpush('services:p', '10.0.0.1:80');
      const watch = follow(redisDiscovery({ url, service: 'p', plainPollMs: 50 }));
      await watch.until(['10.0.0.1:80']);
      await client.rpush('services:p', '10.0.0.2:80');
      await watch.until(['10.0.0.1:80', '10.0.0.2:80']);
      await using registrar = redisRegistrar({ url, service: 'p', address: '10.0.0.9:80' });
      await registrar.register();
      await watch.until(['10.0.0.9:80']);
      await watch.close();
    });

    it('says what is wrong with a key of another type, and with one without any address', async () => {
      await client.xadd('services:p', '*', 'a', '1');
      const error = /service "p": key "services:p" is a stream, expected a list, set, zset, hash or string/;
      await expect(first(redisDiscovery({ url, service: 'p' }))).rejects.toThrow(error);
      await client.del('services:p');
      await client.rpush('services:p', 'nonsense', '10.0.0.1:99999');
      await expect(first(redisDiscovery({ url, service: 'p' }))).rejects.toThrow(/none of 2 entries/);
    });
  });

  it('reports what makes no sense, and goes on with the rest', async () => {
    await using registrar = redisRegistrar({ url, service: 's', address: '10.0.0.1:80' });
    await registrar.register();
    for (const [id, text] of Object.entries({
      json: '{',
      list: '[1]',
      weight: '{"host":"10.0.0.2","port":80,"weight":-1}',
      port: '{"host":"10.0.0.3","port":70000}',
    })) {
      await client.zadd('lb:{s}:exp', Date.now() + 60_000, id);
      await client.hset('lb:{s}:rec', id, text);
    }
    await using cluster = watchedCluster(redisDiscovery({ url, service: 's' }));
    const messages: string[] = [];
    cluster.subscribe((event) => {
      if (event.type === 'snapshotRejected') messages.push(event.message);
    });
    await cluster.ready();
    expect(
      cluster
        .inspect()
        .endpoints.map(({ id, weight }) => [id, weight])
        .sort(),
    ).toEqual([
      ['10.0.0.1:80', 1],
      ['weight', 1],
    ]);
    expect(messages.sort()).toEqual([
      expect.stringContaining('endpoint "port" left out: endpoint.port: got 70000'),
      'endpoint "weight" repaired: weight -1 is now 1',
      expect.stringContaining('record of "json" left out'),
      'record of "list" left out: it is no object',
    ]);
  });

  it('throws a clear error for keys of a wrong type and a wrong password', async () => {
    await client.set('lb:{s}:meta', 'x');
    await expect(first(redisDiscovery({ url, service: 's' }))).rejects.toThrow(/service "s": .*WRONGTYPE/);
    const user = redisDiscovery({ url: `redis://u:secret@${server.address}`, service: 's' });
    const failure = await first(user).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ message: expect.stringMatching(/WRONGPASS/) });
    expect(String(failure)).not.toContain('secret');
  });

  it('needs no more rights than the README names', async () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const rights = /few rights needs `([^`]+)`/.exec(readme)?.[1]?.split(/\s+/) ?? [];
    expect(rights.length).toBeGreaterThan(20);
    await client.call('ACL', 'SETUSER', 'few', 'reset', 'on', '>pw', ...rights);
    const limited = { url: `redis://few:pw@${server.address}`, service: 's' };
    const watch = follow(redisDiscovery(limited));
    await watch.until([]);
    const registrar = redisRegistrar({ ...limited, address: '10.0.0.1:80', ttlMs: 300, failFast: true });
    await registrar.register();
    await watch.until(['10.0.0.1:80']);
    const putAgain = await client.zscore('lb:{s}:exp', '10.0.0.1:80');
    await until(async () => (await client.zscore('lb:{s}:exp', '10.0.0.1:80')) !== putAgain);
    await registrar.deregister();
    await watch.until([]);
    await registrar[Symbol.asyncDispose]();
    await watch.close();
    for (const fill of ['rpush', 'sadd'] as const) {
      await client.del('services:p');
      await client[fill]('services:p', 'a:1');
      await first(redisDiscovery({ ...limited, service: 'p' }));
    }
  });

  describe('an outage', () => {
    it('kill -9 and an empty restart: nobody is lost, a new registration is seen within 2 s', async () => {
      await outage({ keepData: false });
    });
    it('kill -9 and a restart with data: nobody is lost, a new registration is seen within 2 s', async () => {
      await outage({ keepData: true });
    });

    async function outage({ keepData }: { keepData: boolean }): Promise<void> {
      await using crowd = await register(5, { ttlMs: 3_000 });
      await using cluster = watchedCluster(redisDiscovery({ url, service: 's' }));
      await cluster.ready();
      await server.kill();
      await untilState(cluster, 'stale');
      const restartedAt = performance.now();
      await server.restart({ keepData });
      await using late = redisRegistrar({ url, service: 's', address: '10.0.0.9:80' });
      await late.register();
      await until(() => cluster.ids().includes('10.0.0.9:80'));
      expect(performance.now() - restartedAt).toBeLessThan(2_500);
      await until(
        () => crowd.events.filter(({ type }) => type === 'registrationLost').length >= (keepData ? 0 : 5),
      );
      expect(cluster.ids()).toHaveLength(6);
      expect(cluster.smallest()).toBe(5);
    }

    it('SIGSTOP for longer than the leases: stale within two probe intervals, never empty, back within 2 s', async () => {
      await using _crowd = await register(3, { ttlMs: 1_500, timeoutMs: 500 });
      await using cluster = watchedCluster(
        redisDiscovery({ url, service: 's', pingMs: 500, timeoutMs: 300 }),
      );
      await cluster.ready();
      const pausedAt = performance.now();
      server.pause();
      try {
        await untilState(cluster, 'stale');
        expect(performance.now() - pausedAt).toBeLessThan(1_000 + 150);
        // Longer than all leases.
        await until(() => performance.now() - pausedAt > 2_000);
      } finally {
        server.resume();
      }
      const resumedAt = performance.now();
      await using late = redisRegistrar({ url, service: 's', address: '10.0.0.9:80' });
      await late.register();
      await until(() => cluster.ids().includes('10.0.0.9:80'));
      expect(performance.now() - resumedAt).toBeLessThan(2_000);
      // All leases ended meanwhile, so how many are back at the first reading is a matter of luck; that
      // nobody is left is not.
      expect(cluster.smallest()).toBeGreaterThan(0);
      await until(() => cluster.ids().length === 4);
    });

    it('of the connections alone is healed the same way', async () => {
      await using _crowd = await register(2, {});
      await using cluster = watchedCluster(redisDiscovery({ url, service: 's' }));
      await cluster.ready();
      await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await untilState(cluster, 'stale');
      await untilState(cluster, 'live');
      expect(cluster.smallest()).toBe(2);
    });
  });

  it.each(['own connections', "a caller's client"])(
    'leaves no connection, timer or memory behind after 1,000 watches over %s',
    async (way) => {
      const discovery = redisDiscovery({
        ...(way === 'own connections' ? { url } : { client }),
        service: 's',
      });
      const before = await connections();
      const usedAfter200 = await churnWatches(discovery);
      await until(async () => (await connections()) === before);
      const resources = process.getActiveResourcesInfo();
      expect(resources.filter((name) => name === 'TCPSocketWrap').length).toBeLessThan(5);
      expect(resources.filter((name) => name === 'Timeout').length).toBeLessThan(10);
      expect(heapUsed() - usedAfter200).toBeLessThan(3_000_000);
    },
    60_000,
  );

  it('is left before the process ends at SIGTERM', async () => {
    const watch = follow(redisDiscovery({ url, service: 's' }));
    const program = `
      import { drainOnSignals } from '@evenkeel/core';
      import { redisRegistrar } from './src/index.ts';
      const registrar = redisRegistrar({ url: '${url}', service: 's', address: '10.0.0.1:80' });
      drainOnSignals(registrar, { delayMs: 300 });
      await registrar.register();
      setInterval(() => {}, 1000);`;
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd, stdio: 'inherit' });
    const ended = once(child, 'exit');
    await watch.until(['10.0.0.1:80']);
    child.kill('SIGTERM');
    const { deregistered } = await watch.until([]);
    expect(deregistered).toEqual(['10.0.0.1:80']);
    expect(child.exitCode ?? child.signalCode).toBeNull();
    expect(await ended).toEqual([null, 'SIGTERM']);
    await watch.close();
  });

  async function connections(): Promise<number> {
    return String(await client.call('CLIENT', 'LIST'))
      .trim()
      .split('\n').length;
  }

  function register(count: number, options: { ttlMs?: number; timeoutMs?: number }): Promise<Crowd> {
    return registerAll(count, (port, onEvent) =>
      redisRegistrar({ url, service: 's', host: '10.0.0.1', port, onEvent, ...options }),
    );
  }
});

async function first(discovery: ReturnType<typeof redisDiscovery>): Promise<Snapshot | undefined> {
  const controller = new AbortController();
  for await (const snapshot of discovery.watch({ signal: controller.signal })) {
    controller.abort();
    return snapshot;
  }
  return undefined;
}
