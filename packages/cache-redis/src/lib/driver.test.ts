import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { redisCacheDriver } from './driver.ts';

it('says why there is no connection', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const driver = redisCacheDriver({ url: `redis://127.0.0.1:${port}` });
  const { signal } = new AbortController();
  try {
    const message = new RegExp(`redis is not connected: .*ECONNREFUSED 127\\.0\\.0\\.1:${port}`);
    for (let turn = 0; turn < 2; turn++)
      await expect(driver.getMany(['a'], { signal })).rejects.toThrow(message);
  } finally {
    await driver.close();
  }
});
