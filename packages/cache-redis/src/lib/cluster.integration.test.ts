import { createCacheStore } from '@evenkeel/cache';
import { testHttpCache, testKeyValueStore } from '@evenkeel/cache/testing';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { Redis } from 'ioredis';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { redisCacheDriver } from './driver.ts';

const gate = await serviceGate('redis', { control: true });

describe.skipIf(gate.skipped)(`${gate.title} cluster`, () => {
  const members: Service[] = [];
  const cluster = (): string[] => members.map(({ address }) => address);

  beforeAll(async () => {
    const args = [
      '--cluster-enabled',
      'yes',
      '--cluster-node-timeout',
      '1000',
      '--cluster-require-full-coverage',
      'no',
    ];
    for (let count = 0; count < 3; count++) members.push(await startService('redis', { args }));
    const clients = members.map(({ port, host }) => new Redis(port, host));
    const ranges = [0, 5_000, 10_000, 16_384];
    for (const [index, client] of clients.entries()) {
      await client.call('CLUSTER', 'ADDSLOTSRANGE', String(ranges[index]), String(ranges[index + 1]! - 1));
      const { host, port } = members[index]!;
      if (index > 0) await clients[0]!.call('CLUSTER', 'MEET', host, String(port));
    }
    for (const client of clients) {
      const isOk = async (): Promise<void> =>
        expect(String(await client.call('CLUSTER', 'INFO'))).toMatch(/state:ok[\s\S]*slots_ok:16384/);
      await vi.waitFor(isOk, { interval: 50, timeout: 20_000 });
      client.disconnect();
    }
  }, 60_000);
  afterAll(async () => {
    for (const member of members) await member.stop();
  });

  testKeyValueStore({ test: it, make: () => redisCacheDriver({ cluster: cluster() }) });

  testHttpCache({
    test: it,
    compose: (interceptor) => new Agent().compose(interceptor),
    makeDriver: () => redisCacheDriver({ cluster: cluster() }),
    // Each message may go over another member.
    settleMs: 20,
  });

  it('shows a purge to another instance within 100 ms', async () => {
    const options = { prefix: 'seen', timeoutMs: 2_000 };
    await using one = createCacheStore({ ...options, driver: redisCacheDriver({ cluster: cluster() }) });
    await using other = createCacheStore({ ...options, driver: redisCacheDriver({ cluster: cluster() }) });
    const key = { origin: 'http://a', path: '/', method: 'GET', headers: {} };
    const times = { cachedAt: Date.now(), staleAt: Date.now() + 60_000, deleteAt: Date.now() + 60_000 };
    const head = { statusCode: 200, statusMessage: 'OK', headers: {}, vary: {}, cacheControlDirectives: {} };
    one.put((await one.lookup(key)).slot, { ...head, ...times, body: Buffer.from('x') });
    await one.settled();
    // Only a store that hears messages keeps what it read for longer than a moment.
    await expect.poll(async () => (await other.lookup(key)).response?.body.toString()).toBe('x');
    const since = performance.now();
    expect(await one.purgeUrl('http://a/')).toEqual({ shared: true });
    await expect.poll(async () => (await other.lookup(key)).response, { interval: 1 }).toBeUndefined();
    expect(performance.now() - since).toBeLessThan(100);
  });
});
