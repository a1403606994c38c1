import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runCli } from './lib/testing/run-cli.ts';
import { temporaryFile } from './lib/testing/temporary-file.ts';

const gate = await serviceGate('redis');

describe.skipIf(gate.skipped)(gate.title, () => {
  let server: Service;
  let client: Redis;

  beforeAll(async () => {
    server = await startService('redis');
    client = new Redis(`redis://${server.address}`);
  });
  afterAll(async () => {
    client.disconnect();
    await server.stop();
  });

  it('lists endpoints at a plain key of any type, and the proxy follows it', async () => {
    const service = `proxy-${process.pid}`;
    const key = `services:${service}`;
    const [a, b] = [await endpoint('a'), await endpoint('b')];
    await client.del(key);
    await client.rpush(key, a.address);
    const config = `
listeners: [{ port: 0, host: 127.0.0.1 }]
clusters:
  api: { discovery: { redis: { url: "redis://\${REDIS}", service: ${service}, plainPollMs: 50 } }, guard: { debounceMs: 0 } }
routes: [{ cluster: api }]
`;
    await using file = await temporaryFile('evenkeel.yaml', config);
    vi.stubEnv('REDIS', server.address);
    await using cli = runCli('run', '-c', file.path);
    vi.unstubAllEnvs();
    const [, url = ''] = await cli.printed(/^listening on (\S+)$/m);
    const ask = async () => (await fetch(url)).text();
    expect(await ask()).toBe('a');
    await client
      .multi()
      .del(key)
      .hset(key, 'any', JSON.stringify({ address: b.address }))
      .exec();
    await vi.waitUntil(async () => (await ask()) === 'b', { timeout: 10_000, interval: 20 });
    await client.del(key);
    a.close();
    b.close();
  });
});

async function endpoint(name: string) {
  const server = createServer((_request, response) => response.end(name)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
