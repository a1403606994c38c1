import { testHttpCache, testKeyValueStore } from '@evenkeel/cache/testing';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { Redis } from 'ioredis';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { redisCacheDriver } from './driver.ts';

const gate = await serviceGate('redis');

describe.skipIf(gate.skipped)(gate.title, () => {
  let server: Service;
  beforeAll(async () => {
    server = await startService('redis');
  });
  afterAll(() => server.stop());

  describe('driver contract', () => {
    testKeyValueStore({ test: it, make: () => redisCacheDriver({ url: `redis://${server.address}` }) });
  });

  describe('driver contract over a client of the caller', () => {
    let client: Redis;
    beforeAll(() => {
      client = new Redis(`redis://${server.address}`);
    });
    afterAll(() => client.disconnect());
    testKeyValueStore({ test: it, make: () => redisCacheDriver({ client }) });
  });

  describe('conformance of two instances that share it', () => {
    testHttpCache({
      test: it,
      compose: (interceptor) => new Agent().compose(interceptor),
      makeDriver: () => redisCacheDriver({ url: `redis://${server.address}` }),
    });
  });
});
