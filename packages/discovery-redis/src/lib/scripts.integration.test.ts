import { seededRandom } from '@evenkeel/core';
import { type Service, serviceGate, startService } from '@evenkeel/services';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisDiscovery } from './discovery.ts';
import { redisRegistrar } from './registrar.ts';
import { BEAT, PUT, READ, REMOVE, type Script } from './scripts.ts';

const gate = await serviceGate('redis');
const KEYS = ['lb:{s}:exp', 'lb:{s}:rec', 'lb:{s}:meta', 'lb:{s}:ch'] as const;

describe.skipIf(gate.skipped)(`${gate.title}: scripts`, () => {
  let server: Service;
  let client: Redis;
  let listener: Redis;
  let messages: string[];

  beforeAll(async () => {
    server = await startService('redis');
    client = new Redis(server.port, server.host);
    listener = new Redis(server.port, server.host);
    listener.on('message', (_channel, message) => messages.push(message));
    await listener.subscribe(KEYS[3]);
  });
  afterAll(async () => {
    client.disconnect();
    listener.disconnect();
    await server.stop();
  });
  beforeEach(async () => {
    await client.del(...KEYS);
    messages = [];
  });

  const run = (script: Script, ...args: (string | number)[]): Promise<unknown> =>
    client.eval(script.lua, 4, ...KEYS, ...args);
  const heard = async (): Promise<readonly string[]> => {
    await listener.ping();
    return messages.map((message) => message.replace(/^\d+\./, ''));
  };
  const expire = (...ids: string[]): Promise<unknown> =>
    client.zadd(KEYS[0], ...ids.flatMap((id) => ['1', id]));

  it('count a revision and publish it for each change, and for changes only', async () => {
    await run(PUT, 'a', 60_000, '1');
    await run(PUT, 'a', 60_000, '1');
    await run(BEAT, 'a', 60_000);
    await run(PUT, 'a', 60_000, '2');
    await run(REMOVE, 'b', 60_000);
    await run(REMOVE, 'a', 60_000);
    expect(await heard()).toEqual(['1', '2', '3 a']);
  });

  it('renew a lease', async () => {
    await run(PUT, 'a', 1_000, '1');
    const before = Number(await client.zscore(KEYS[0], 'a'));
    expect(await run(BEAT, 'a', 60_000)).toBe(1);
    expect(Number(await client.zscore(KEYS[0], 'a')) - before).toBeGreaterThan(58_000);
  });

  it('have every key outlive a day without changes, as long as there are heartbeats', async () => {
    await run(PUT, 'a', 60_000, '1');
    for (const key of KEYS.slice(0, 3)) await client.pexpire(key, 1_000);
    await run(BEAT, 'a', 60_000);
    for (const key of KEYS.slice(0, 3)) expect(await client.pttl(key)).toBeGreaterThan(86_400_000);
  });

  it('sweep leases that ended, and tell of them', async () => {
    for (const id of ['a', 'b', 'c']) await run(PUT, id, 60_000, '1');
    await expire('a', 'b');
    expect(await run(BEAT, 'c', 60_000)).toBe(1);
    expect(await client.hkeys(KEYS[1])).toEqual(['c']);
    expect(await heard()).toEqual(['1', '2', '3', '4']);
  });

  it('do not revive a lease silently, even among many that ended', async () => {
    const many = Array.from({ length: 70 }, (_, index) => `x${String(index).padStart(3, '0')}`);
    for (const id of many) await run(PUT, id, 60_000, '1');
    await expire(...many);
    expect(await run(BEAT, many.at(-1) ?? '', 60_000)).toBe(0);
    await heard();
    messages = [];
    await run(PUT, many.at(-1) ?? '', 60_000, '1');
    expect(await heard()).toHaveLength(1);
  });

  it('make a service visible again whose keys were evicted', async () => {
    for (const key of KEYS.slice(0, 3)) {
      await run(PUT, 'a', 60_000, '1');
      await client.del(key);
      if ((await run(BEAT, 'a', 60_000)) === 0) await run(PUT, 'a', 60_000, '1');
      expect(await run(READ)).toMatchObject({ length: 6 });
    }
  });

  it('read thousands at once, without those whose lease ended', async () => {
    const pipeline = client.pipeline();
    for (let port = 1; port <= 2_500; port++) {
      pipeline.zadd(KEYS[0], Date.now() + 60_000 + port, `i${port}`).hset(KEYS[1], `i${port}`, `r${port}`);
    }
    await pipeline.exec();
    await run(PUT, 'a', 90_000, 'ra');
    await client.zadd(KEYS[0], '1', 'i7');
    const [, , , ...rest] = (await run(READ)) as string[];
    const records = new Map(rest.flatMap((_, at) => (at % 3 === 0 ? [[rest[at], rest[at + 2]]] : [])));
    expect(records.size).toBe(2_500);
    expect(records.has('i7')).toBe(false);
    for (const [id, record] of records) expect(record).toBe(id === 'a' ? 'ra' : `r${id?.slice(1)}`);
  });

  it('leave a view that is the registry after any order of events, 100 of 100 times', async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = seededRandom(seed);
      const service = `run${seed}`;
      const controller = new AbortController();
      const watch = redisDiscovery({ client, service }).watch({ signal: controller.signal });
      let seen: readonly number[] = [];
      const reading = (async () => {
        for await (const { endpoints } of watch)
          seen = endpoints.map(({ port }) => port).sort((a, b) => a - b);
      })();
      const registrars = Array.from({ length: 4 }, (_, index) =>
        redisRegistrar({ client, service, host: '10.0.0.1', port: index + 1 }),
      );
      const present = new Set<number>();
      for (let step = 0; step < 12; step++) {
        const index = Math.floor(random() * registrars.length);
        if (random() < 0.6) {
          await registrars[index]?.register();
          present.add(index + 1);
        } else {
          await registrars[index]?.deregister();
          present.delete(index + 1);
        }
      }
      const wanted = [...present].sort((a, b) => a - b).join();
      await expect.poll(() => seen.join(), { interval: 2, timeout: 2_000 }).toBe(wanted);
      controller.abort();
      await reading;
      for (const registrar of registrars) await registrar[Symbol.asyncDispose]();
    }
  }, 60_000);
});
