import { createServer, type Socket } from 'node:net';
import { createCacheStore } from '@evenkeel/cache';
import { testOutages } from '@evenkeel/cache/testing';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { Agent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memcachedCacheDriver } from './driver.ts';

const gate = await serviceGate('memcached', { control: true });
const KEY = { origin: 'http://a', path: '/', method: 'GET', headers: {} };

describe.skipIf(gate.skipped)(gate.title, () => {
  let server: Service;
  const rejections: unknown[] = [];
  const onRejection = (error: unknown): void => void rejections.push(error);
  beforeAll(async () => {
    process.on('unhandledRejection', onRejection);
    server = await startService('memcached');
  });
  afterAll(async () => {
    process.removeListener('unhandledRejection', onRejection);
    await server.stop();
    expect(rejections).toEqual([]);
  });

  testOutages({
    test: it,
    compose: (interceptor) => new Agent().compose(interceptor),
    makeDriver: () => memcachedCacheDriver({ servers: [server.address] }),
    server: () => ({
      pause: () => server.pause(),
      resume: () => server.resume(),
      kill: () => server.kill(),
      restart: () => server.restart({ keepData: false }),
    }),
  });
});

describe('a server that answers rubbish', () => {
  for (const rubbish of [
    'hello\r\n',
    '\r\n',
    '$-2\r\n',
    'VA 5 f0 O0\r\nab',
    'HD O999\r\n',
    `${'x'.repeat(10_000)}`,
    '\0\0\0',
  ]) {
    it(`is a miss: ${JSON.stringify(rubbish.slice(0, 20))}`, async () => {
      const sockets = new Set<Socket>();
      const fake = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => {});
        socket.on('data', () => socket.write(rubbish));
      });
      await new Promise<void>((resolve) => fake.listen(0, '127.0.0.1', resolve));
      const { port } = fake.address() as { port: number };
      const address = `127.0.0.1:${port}`;
      const driver = memcachedCacheDriver({ servers: [address] });
      const store = createCacheStore({ driver, timeoutMs: 50, failureThreshold: 2 });
      try {
        for (let turn = 0; turn < 3; turn++) {
          expect(await store.lookup(KEY)).toMatchObject({ miss: 'miss' });
        }
        expect(store.down).toBe(true);
      } finally {
        await store.close();
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => fake.close(resolve));
      }
    });
  }
});
