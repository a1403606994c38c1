import { type Service, serviceGate, startService } from '@evenkeel/services';
import { watchedCluster } from '@evenkeel/testing/driver';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisDiscovery } from './discovery.ts';
import { redisRegistrar } from './registrar.ts';

const OTHERS = 100_000;
const CRASHES = 10;
const TTL_MS = 400;

const gate = await serviceGate('redis');

describe.skipIf(gate.skipped)(`${gate.title} with ${OTHERS} keys that expire`, () => {
  let server: Service;
  let client: Redis;

  beforeAll(async () => {
    server = await startService('redis');
    client = new Redis(server.port, server.host);
    for (let from = 0; from < OTHERS; from += 10_000) {
      const pipeline = client.pipeline();
      for (let key = from; key < from + 10_000; key++)
        pipeline.set(`volatile-keys-test:${key}`, 'x', 'PX', 3_600_000);
      await pipeline.exec();
    }
  }, 60_000);
  afterAll(async () => {
    await client.unlink(...Array.from({ length: OTHERS }, (_, key) => `volatile-keys-test:${key}`));
    client.disconnect();
    await server.stop();
  });

  // Redis deletes such keys when it finds them by chance, and tells of it then: an event for each would be late by many seconds.
  it('drops an endpoint whose process died within 100 ms of the end of its lease, each time', async () => {
    const url = `redis://${server.address}`;
    const service = 'volatile';
    await using standing = redisRegistrar({ url, service, address: '10.0.0.1:80' });
    await standing.register();
    await using cluster = watchedCluster(redisDiscovery({ url, service }));
    await cluster.ready();
    let removedAt = Number.NaN;
    cluster.subscribe((event) => {
      if (event.type === 'endpointsChanged' && event.removed.length > 0) removedAt = performance.now();
    });
    const late: number[] = [];
    for (let crash = 0; crash < CRASHES; crash++) {
      const mine = new Redis(server.port, server.host);
      const address = `10.0.0.2:${crash + 1}`;
      await using registrar = redisRegistrar({ client: mine, service, address, ttlMs: TTL_MS });
      await registrar.register();
      await expect.poll(() => cluster.ids(), { interval: 1 }).toContain(address);
      mine.disconnect();
      const score = Number(await client.zscore('lb:{volatile}:exp', address));
      const [seconds, micros] = await client.time();
      const endsAt = performance.now() + score - (Number(seconds) * 1_000 + Number(micros) / 1_000);
      await expect.poll(() => cluster.ids(), { interval: 1, timeout: 10_000 }).not.toContain(address);
      late.push(removedAt - endsAt);
    }
    expect(late).toHaveLength(CRASHES);
    // The median, as one of them may meet a busy machine.
    expect(late.sort((a, b) => a - b)[CRASHES / 2]).toBeLessThan(100);
    expect(late[0]).toBeGreaterThan(-50);
  });
});
