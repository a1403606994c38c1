import { testHttpCache, testKeyValueStore } from '@evenkeel/cache/testing';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { memcachedCacheDriver } from './driver.ts';

const gate = await serviceGate('memcached');

describe.skipIf(gate.skipped)(gate.title, () => {
  const started: Service[] = [];
  let servers: string[];
  beforeAll(async () => {
    for (let index = 0; index < 3; index++)
      started.push(await startService('memcached', { args: ['-m', '128'] }));
    // An address from the environment is the same one each time.
    servers = [...new Set(started.map(({ address }) => address))];
  });
  afterAll(async () => {
    for (const server of started) await server.stop();
  });

  describe('driver contract, one server', () => {
    testKeyValueStore({ test: it, make: () => memcachedCacheDriver({ servers: servers.slice(0, 1) }) });
  });

  // On a busy machine a healthy server may take long; what another one says in its place is the subject of several-servers.
  const answerMs = 5_000;

  describe('driver contract, several servers and small items', () => {
    const options = { itemBytes: 50_000, answerMs };
    testKeyValueStore({ test: it, make: () => memcachedCacheDriver({ servers, ...options }) });
  });

  describe('conformance of two instances that share it', () => {
    testHttpCache({
      test: it,
      compose: (interceptor) => new Agent().compose(interceptor),
      makeDriver: () => memcachedCacheDriver({ servers, answerMs }),
    });
  });
});
