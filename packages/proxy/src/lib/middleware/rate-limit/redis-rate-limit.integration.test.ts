import { type Service, serviceGate, startService } from '@evenkeel/services';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { through } from '../../testing/through.ts';
import { type RedisRateLimit, redisRateLimit } from './redis-rate-limit.ts';
import type { RedisRateLimitOptions } from './redis-rate-limit-options.ts';

const gate = await serviceGate('redis', { control: true });

/** Generous, as the machine of a test may be busy. */
const PATIENT = { timeoutMs: 2_000 };

async function limited(options: RedisRateLimitOptions) {
  const limit = redisRateLimit(options);
  const proxy = await through([limit]);
  return {
    limit,
    async ask(path = '/'): Promise<number> {
      return (await fetch(proxy.url + path)).status;
    },
    get: (path = '/') => fetch(proxy.url + path),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await limit.close();
    },
  };
}

/** Resolves when the limit has its connection and has told Redis of its script. */
const warm = (proxy: { get(path: string): Promise<Response> }) =>
  expect.poll(async () => (await proxy.get('/?k=warm')).status, { timeout: 5_000, interval: 20 }).toBe(200);

describe.skipIf(gate.skipped)(gate.title, () => {
  let server: Service;
  beforeAll(async () => {
    server = await startService('redis');
  });
  afterAll(() => server.stop());
  const url = (): string => `redis://${server.address}`;

  it('limits what two proxies let pass together, and each key for itself', async () => {
    const options = {
      rate: 3,
      perMs: 600_000,
      key: { query: 'k' },
      prefix: 'together',
      onFailure: 'deny',
      ...PATIENT,
    } as const;
    await using one = await limited({ ...options, url: url() });
    await using other = await limited({ ...options, url: url() });
    await Promise.all([warm(one), warm(other)]);
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? one : other).ask('/?k=a')),
    );
    expect(all.filter((status) => status === 200)).toHaveLength(3);
    expect(all.filter((status) => status === 429)).toHaveLength(7);
    expect(await one.ask('/?k=b')).toBe(200);
    const refused = await other.get('/?k=a');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(195);
    expect(refused.headers.get('ratelimit-policy')).toBe('"default";q=3;w=600');
    expect(refused.headers.get('ratelimit')).toMatch(/^"default";r=0;t=(?:600|59\d)$/);
  });

  it('lets requests pass again as time goes on, and leaves nothing behind', async () => {
    await using proxy = await limited({
      rate: 20,
      burst: 1,
      prefix: 'again',
      url: url(),
      onFailure: 'deny',
      ...PATIENT,
    });
    await warm(proxy);
    const since = performance.now();
    await expect.poll(() => proxy.ask(), { interval: 1 }).toBe(429);
    await expect.poll(() => proxy.ask(), { interval: 1 }).toBe(200);
    expect(performance.now() - since).toBeGreaterThan(45);
    const client = new Redis(url());
    await expect.poll(() => client.keys('again:*'), { timeout: 2_000 }).toEqual([]);
    client.disconnect();
  });

  it("takes the caller's client, and leaves it open", async () => {
    const client = new Redis(url());
    {
      await using proxy = await limited({
        rate: 1,
        perMs: 600_000,
        prefix: 'own',
        client,
        onFailure: 'deny',
        ...PATIENT,
      });
      expect([await proxy.ask(), await proxy.ask()]).toEqual([200, 429]);
    }
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
  });

  it('goes on when the server has forgotten the script', async () => {
    const client = new Redis(url());
    await using proxy = await limited({
      rate: 2,
      perMs: 600_000,
      prefix: 'forgot',
      client,
      onFailure: 'deny',
      ...PATIENT,
    });
    expect(await proxy.ask()).toBe(200);
    await client.script('FLUSH');
    expect([await proxy.ask(), await proxy.ask()]).toEqual([200, 429]);
    client.disconnect();
  });

  it('takes a broken value for an empty bucket, and one of another type for a failure', async () => {
    const client = new Redis(url());
    await using proxy = await limited({
      rate: 1,
      perMs: 600_000,
      key: { query: 'k' },
      prefix: 'bad',
      client,
      onFailure: 'deny',
      ...PATIENT,
    });
    await client.set('bad:default:a', 'rubbish');
    await client.rpush('bad:default:b', 'x');
    await client.set('bad:default:c', `${'9'.repeat(15)}0`);
    expect([await proxy.ask('/?k=a'), await proxy.ask('/?k=b')]).toEqual([200, 503]);
    // A time far ahead, as after a jump of the server's clock, holds nobody up for longer than a whole bucket.
    expect(await proxy.ask('/?k=c')).toBe(429);
    client.disconnect();
  });
});

describe.skipIf(gate.skipped)(`${gate.title} outages`, () => {
  /** Asks until Redis is given up, and then some; returns statuses and the longest answer in ms. */
  async function during(proxy: { ask(): Promise<number> }, count: number) {
    const statuses: number[] = [];
    let slowest = 0;
    for (let turn = 0; turn < count; turn++) {
      const since = performance.now();
      statuses.push(await proxy.ask());
      slowest = Math.max(slowest, performance.now() - since);
    }
    return { statuses, slowest };
  }

  for (const how of ['kill', 'pause'] as const) {
    it(`goes on as told when the server is gone (${how}), and shares again when it is back`, async () => {
      await using server = await startService('redis');
      const errors: unknown[] = [];
      const options = { url: `redis://${server.address}`, perMs: 600_000, timeoutMs: 600, probeMs: 20 };
      const onError = (error: unknown): void => void errors.push(error);
      await using local = await limited({ ...options, rate: 5, prefix: 'local', onError });
      await using allow = await limited({ ...options, rate: 2, prefix: 'allow', onFailure: 'allow' });
      await using deny = await limited({ ...options, rate: 1_000, prefix: 'deny', onFailure: 'deny' });
      await Promise.all([warm(allow), warm(deny)]);
      if (how === 'kill') await server.kill();
      else server.pause();

      const spent = await during(local, 7);
      expect(spent.statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
      expect((await during(allow, 6)).statuses).toEqual([200, 200, 200, 200, 200, 200]);
      expect((await during(deny, 6)).statuses).toEqual([503, 503, 503, 503, 503, 503]);
      // Given up by now: nobody waits for it any more.
      expect((await during(local, 5)).slowest).toBeLessThan(500);
      expect(errors).toHaveLength(1);

      if (how === 'kill') await server.restart({ keepData: false });
      else server.resume();
      await expect.poll(() => deny.ask(), { timeout: 10_000, interval: 20 }).toBe(200);
      await expect.poll(() => allow.ask(), { timeout: 10_000, interval: 20 }).toBe(429);
    });
  }

  it('answers nobody late at its start', async () => {
    const refusing = await limited({ url: 'redis://127.0.0.1:1', rate: 1, perMs: 600_000, timeoutMs: 250 });
    await using _ = refusing;
    expect(await during(refusing, 2)).toMatchObject({ statuses: [200, 429] });
  });
});

describe.skipIf(gate.skipped)(`${gate.title} cluster`, () => {
  const members: Service[] = [];
  let cluster: Cluster;
  beforeAll(async () => {
    const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'];
    for (let count = 0; count < 2; count++) members.push(await startService('redis', { args }));
    const clients = members.map(({ port, host }) => new Redis(port, host));
    await clients[0]!.call('CLUSTER', 'ADDSLOTSRANGE', '0', '8000');
    await clients[1]!.call('CLUSTER', 'ADDSLOTSRANGE', '8001', '16383');
    await clients[1]!.call('CLUSTER', 'MEET', members[0]!.host, String(members[0]!.port));
    for (const client of clients) {
      const isOk = async (): Promise<void> =>
        expect(String(await client.call('CLUSTER', 'INFO'))).toMatch(/state:ok[\s\S]*slots_ok:16384/);
      await vi.waitFor(isOk, { interval: 50, timeout: 20_000 });
      client.disconnect();
    }
    cluster = new Cluster(members.map(({ host, port }) => ({ host, port })));
  }, 60_000);
  afterAll(async () => {
    cluster.disconnect();
    for (const member of members) await member.stop();
  });

  it('limits keys of every member', async () => {
    await using proxy = await limited({
      rate: 1,
      perMs: 600_000,
      key: { query: 'k' },
      client: cluster,
      onFailure: 'deny',
      ...PATIENT,
    });
    const keys = Array.from({ length: 20 }, (_, i) => `/?k=${i}`);
    expect(new Set(await Promise.all(keys.map((path) => proxy.ask(path))))).toEqual(new Set([200]));
    expect(new Set(await Promise.all(keys.map((path) => proxy.ask(path))))).toEqual(new Set([429]));
  });
});

it.each<[unknown, string]>([
  [{ rate: 1 }, 'url, client: got undefined, expected exactly one of them'],
  [{ rate: 1, url: 'redis://a', client: {} }, 'url, client: '],
  [{ rate: 1, url: 'http://user:secret@a' }, 'url: got "http:"'],
  [{ rate: 1, client: {} }, 'client: '],
  [{ rate: 1, url: 'redis://a', onFailure: 'open' }, 'onFailure: '],
  [{ rate: 1, url: 'redis://a', timeoutMs: 0 }, 'timeoutMs: '],
  [{ rate: 1, url: 'redis://a', prefix: '' }, 'prefix: '],
  [{ rate: 1, url: 'redis://a', failureThreshold: 0 }, 'failureThreshold: '],
  [{ url: 'redis://a' }, 'rate: '],
])('refuses %j', (options, message) => {
  expect((): RedisRateLimit => redisRateLimit(options as RedisRateLimitOptions)).toThrow(message);
});
