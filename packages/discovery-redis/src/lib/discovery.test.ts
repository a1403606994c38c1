import { InvalidOptionsError, type Snapshot } from '@evenkeel/core';
import { type ManualClock, manualClock, settle } from '@evenkeel/core/testing';
import { describe, expect, it } from 'vitest';
import { type RedisDiscoveryOptions, redisDiscovery } from './discovery.ts';
import { type FakeRedis, fakeRedis } from './testing/fake-redis.ts';

interface Bench {
  readonly redis: FakeRedis;
  readonly clock: ManualClock;
  readonly snapshots: Snapshot[];
  readonly problems: string[];
  readonly controller: AbortController;
  /** Undefined at the end without an error. */
  readonly ended: Promise<unknown>;
}

/** A watch that is read as fast as it yields. A random of one half: no jitter. */
function bench(
  prepare: (redis: FakeRedis) => void = () => {},
  options: Partial<RedisDiscoveryOptions> = {},
): Bench {
  const redis = fakeRedis();
  prepare(redis);
  const clock = manualClock();
  const snapshots: Snapshot[] = [];
  const problems: string[] = [];
  const controller = new AbortController();
  const discovery = redisDiscovery({
    client: redis.client,
    service: 's',
    clock,
    random: () => 0.5,
    ...options,
  });
  const read = async (): Promise<unknown> => {
    try {
      const watch = discovery.watch({
        signal: controller.signal,
        onEvent: (event) => problems.push(event.type === 'snapshotRejected' ? event.message : event.type),
      });
      for await (const snapshot of watch) snapshots.push(snapshot);
      return undefined;
    } catch (error) {
      return error;
    }
  };
  return { redis, clock, snapshots, problems, controller, ended: read() };
}

const record = (port: number, rest: object = {}): string =>
  JSON.stringify({ v: 1, host: '10.0.0.1', port, ...rest });
const leased = (counter: number, ...ports: number[]): readonly string[] => [
  '1000',
  'e',
  String(counter),
  ...ports.flatMap((port) => [`i${port}`, '16000', record(port)]),
];

describe('a watch', () => {
  it('subscribes before it reads', async () => {
    const { redis, snapshots } = bench((fake) => {
      fake.modes.subscribe = 'hangs';
      fake.leased = leased(1, 80);
    });
    await settle();
    expect(redis.calls).toMatchObject({ subscribe: 1, read: 0 });
    expect(snapshots).toEqual([]);
  });

  it('tells epoch and revision of the registry', async () => {
    const { snapshots } = bench((fake) => {
      fake.leased = leased(7, 80);
    });
    await settle();
    expect(snapshots).toEqual([
      {
        epoch: 'e',
        revision: 7n,
        endpoints: [{ id: 'i80', host: '10.0.0.1', port: 80, weight: 1, priority: 0, metadata: {} }],
      },
    ]);
  });

  it('reads again at a message with another revision, and not at its own', async () => {
    const { redis, clock, snapshots } = bench((fake) => {
      fake.leased = leased(1, 80);
    });
    await clock.advanceAsync(100);
    redis.publish('e.1');
    await clock.advanceAsync(100);
    expect(redis.calls.read).toBe(1);
    redis.leased = leased(2, 80, 81);
    redis.publish('e.2');
    await settle();
    expect(snapshots.at(-1)?.endpoints).toHaveLength(2);
  });

  it('reads once for many messages', async () => {
    const { redis, clock, snapshots } = bench((fake) => {
      fake.leased = leased(1, 80);
    });
    await settle();
    for (let n = 2; n < 100; n++) redis.publish(`e.${n}`);
    redis.leased = leased(99, 81);
    await clock.advanceAsync(500);
    expect(redis.calls.read).toBe(2);
    expect(snapshots.at(-1)?.endpoints[0]?.port).toBe(81);
  });

  it('reads ten times a second in a storm of changes, and at once after it', async () => {
    const { redis, clock, snapshots } = bench((fake) => {
      fake.leased = leased(1, 80);
    });
    for (let n = 2; n < 1_002; n++) {
      redis.publish(`e.${n}`);
      await clock.advanceAsync(10);
    }
    expect(redis.calls.read).toBeGreaterThan(95);
    expect(redis.calls.read).toBeLessThanOrEqual(105);
    await clock.advanceAsync(1_000);
    redis.leased = leased(2_000, 90);
    redis.publish('e.2000');
    await settle();
    expect(snapshots.at(-1)?.endpoints[0]?.port).toBe(90);
  });

  it('tells who deregistered, once, unless they are back', async () => {
    const { redis, clock, snapshots } = bench((fake) => {
      fake.leased = leased(1, 80, 81, 82);
    });
    await clock.advanceAsync(100);
    redis.leased = leased(4, 82);
    redis.publish('e.2 i80');
    redis.publish('e.3 i81');
    redis.publish('e.4 i82');
    await clock.advanceAsync(100);
    expect(snapshots.at(-1)?.deregistered).toEqual(['i80', 'i81']);
    redis.publish('e.5');
    await clock.advanceAsync(100);
    expect(snapshots.at(-1)?.deregistered).toBeUndefined();
  });

  it('tells of a deregistration whose message comes after the reading without it', async () => {
    const { redis, clock, snapshots } = bench((fake) => {
      fake.leased = leased(2);
    });
    await clock.advanceAsync(100);
    redis.publish('e.2 i80');
    await clock.advanceAsync(100);
    expect(snapshots.at(-1)?.deregistered).toEqual(['i80']);
  });

  it('reads again when the first lease ends', async () => {
    const { redis, clock } = bench((fake) => {
      fake.leased = ['1000', 'e', '1', 'a', '4000', record(80), 'b', '9000', record(81)];
    });
    await clock.advanceAsync(3_001);
    expect(redis.calls.read).toBe(1);
    await clock.advanceAsync(1);
    expect(redis.calls.read).toBe(2);
  });

  it('is no hot loop when leases have ended already, or end never', async () => {
    const { redis, clock } = bench((fake) => {
      fake.leased = ['1000', 'e', '1', 'a', '900', record(80)];
    });
    await clock.advanceAsync(1_000);
    expect(redis.calls.read).toBeLessThanOrEqual(15);
    redis.leased = ['1000', 'e', '1', 'a', 'inf', record(80)];
    await clock.advanceAsync(100);
    const { read } = redis.calls;
    await clock.advanceAsync(14_000);
    expect(redis.calls.read).toBe(read);
  });

  it('reads without any message each 15 s, and an empty service each 5 s', async () => {
    const full = bench((fake) => {
      fake.leased = ['0', 'e', '1', 'a', '900000', record(80)];
    });
    const empty = bench();
    await full.clock.advanceAsync(60_000);
    await empty.clock.advanceAsync(60_000);
    expect(full.redis.calls.read).toBe(5);
    expect(empty.snapshots).toHaveLength(13);
  });

  it('sends a script that Redis does not know', async () => {
    const { snapshots } = bench((fake) => {
      fake.scriptsLoaded = false;
      fake.leased = leased(1, 80);
    });
    await settle();
    expect(snapshots).toHaveLength(1);
  });

  it('tells of a record that is none once, and goes on with the rest', async () => {
    const { redis, clock, snapshots, problems } = bench((fake) => {
      fake.leased = [...leased(1, 80), 'bad', '16000', '{'];
    });
    await settle();
    redis.publish('e.2');
    await clock.advanceAsync(100);
    expect(snapshots).toHaveLength(2);
    expect(snapshots[1]?.endpoints.map(({ id }) => id)).toEqual(['i80']);
    expect(problems).toEqual([expect.stringContaining('record of "bad" left out')]);
  });

  it('keeps the objects of records that did not change', async () => {
    const { redis, clock, snapshots } = bench((fake) => {
      fake.leased = leased(1, 80, 81);
    });
    await settle();
    redis.leased = ['1000', 'e', '2', 'i80', '16000', record(80), 'i81', '16000', record(81, { weight: 2 })];
    redis.publish('e.2');
    await clock.advanceAsync(100);
    expect(snapshots[1]?.endpoints[0]).toBe(snapshots[0]?.endpoints[0]);
    expect(snapshots[1]?.endpoints[1]).not.toBe(snapshots[0]?.endpoints[1]);
  });

  it('reads the plain key where there is no leased form, and tells of bad entries once', async () => {
    const { clock, snapshots, problems } = bench((fake) => {
      fake.plain = ['list', ['a:1', 'nonsense', '{"address":"b:2","weight":4}', 'A:1']];
    });
    await clock.advanceAsync(5_000);
    expect(snapshots).toHaveLength(2);
    expect(snapshots[0]?.endpoints.map(({ id, weight }) => [id, weight])).toEqual([
      ['a:1', 1],
      ['b:2', 4],
    ]);
    expect(problems).toEqual([expect.stringContaining('entry of "services:s" "nonsense" left out')]);
  });
});

/** An attempt that fails lasts as long, so that a broken server is not asked too often. */
const PACE_MS = 500;

describe('a watch throws', () => {
  it.each(['connect', 'subscribe', 'read'] as const)('when %s fails', async (call) => {
    const { redis, clock, ended } = bench((fake) => {
      fake.modes[call] = 'fails';
    });
    await clock.advanceAsync(PACE_MS);
    expect(await ended).toMatchObject({
      code: 'ERR_EVENKEEL_DISCOVERY',
      message: `redis client, service "s": ${call} refused`,
    });
    expect([redis.sockets.length, clock.pendingTimers]).toEqual([0, 0]);
  });

  it.each(['connect', 'subscribe', 'read'] as const)('when %s hangs', async (call) => {
    const { redis, clock, ended } = bench((fake) => {
      fake.modes[call] = 'hangs';
    });
    await clock.advanceAsync(2_000);
    expect(await ended).toMatchObject({ cause: { code: 'ERR_EVENKEEL_TIMEOUT' } });
    expect([redis.sockets.length, clock.pendingTimers]).toEqual([0, 0]);
  });

  it.each(['fails', 'hangs'] as const)('within two intervals when a ping %s', async (mode) => {
    const { redis, clock, snapshots, ended } = bench((fake) => {
      fake.leased = ['0', 'e', '1', 'a', '900000', record(80)];
    });
    await clock.advanceAsync(12_000);
    expect(redis.calls.ping).toBe(2);
    redis.modes.ping = mode;
    await clock.advanceAsync(10_000);
    expect(await ended).toMatchObject({ code: 'ERR_EVENKEEL_DISCOVERY' });
    expect(snapshots.every(({ endpoints }) => endpoints.length === 1)).toBe(true);
    expect([redis.sockets.length, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('when the connection is closed, at once', async () => {
    const { redis, clock, ended } = bench();
    await clock.advanceAsync(PACE_MS);
    redis.sockets[0]?.disconnect();
    expect(await ended).toMatchObject({ message: expect.stringContaining('the connection was closed') });
    expect(clock.pendingTimers).toBe(0);
  });

  it('when not one record can be read, as that is no empty service', async () => {
    const { clock, ended } = bench((fake) => {
      fake.leased = ['1000', 'e', '1', 'a', '16000', '{', 'b', '16000', ''];
    });
    await clock.advanceAsync(PACE_MS);
    expect(await ended).toMatchObject({ message: expect.stringContaining('none of 2 records') });
  });

  it.each([
    ['a reply that is no list', 'x', /something else than a list/],
    ['an error of Redis', new Error('WRONGTYPE Operation'), /WRONGTYPE/],
  ])('at %s', async (_name, reply, message) => {
    const { clock, ended } = bench((fake) => {
      fake.leased = reply;
    });
    await clock.advanceAsync(PACE_MS);
    expect(await ended).toMatchObject({ message: expect.stringMatching(message) });
  });

  it('at a plain key of another type, or without any address', async () => {
    const stream = bench((fake) => {
      fake.plain = ['stream', []];
    });
    await stream.clock.advanceAsync(PACE_MS);
    expect(await stream.ended).toMatchObject({ message: expect.stringContaining('is a stream') });
    const text = bench((fake) => {
      fake.plain = ['string', ['hello world']];
    });
    await text.clock.advanceAsync(PACE_MS);
    expect(await text.ended).toMatchObject({ message: expect.stringContaining('none of 2 entries') });
  });
});

describe('an abort', () => {
  it.each(['connect', 'subscribe', 'read'] as const)('ends a watch whose %s hangs', async (call) => {
    const { redis, clock, controller, ended } = bench((fake) => {
      fake.modes[call] = 'hangs';
    });
    await settle();
    controller.abort();
    expect(await ended).toBeUndefined();
    expect([redis.sockets.length, clock.pendingTimers]).toEqual([0, 0]);
  });

  it('ends the wait after a failure', async () => {
    const { redis, clock, controller, ended } = bench((fake) => {
      fake.modes.read = 'fails';
    });
    await settle();
    // Closed already, although the error is yet to come.
    expect(redis.sockets).toEqual([]);
    controller.abort();
    expect(await ended).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });

  it('closes connections even if nobody reads on', async () => {
    const redis = fakeRedis();
    const clock = manualClock();
    const controller = new AbortController();
    const discovery = redisDiscovery({ client: redis.client, service: 's', clock });
    const watch = discovery.watch({ signal: controller.signal })[Symbol.asyncIterator]();
    await watch.next();
    controller.abort();
    await settle();
    expect(redis.sockets).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('options', () => {
  const { client } = fakeRedis();
  const cases: readonly (readonly [object, string])[] = [
    [{}, 'exactly one'],
    [{ client, url: 'redis://a' }, 'exactly one'],
    [{ url: 'http://a' }, 'url'],
    [{ url: 7 }, 'url'],
    [{ sentinel: { name: '', nodes: ['a:1'] } }, 'sentinel.name'],
    [{ sentinel: { name: 'm', nodes: [] } }, 'sentinel.nodes'],
    [{ cluster: ['a'] }, 'cluster[0]'],
    [{ client: {} }, 'client'],
    [{ client: { ...client, options: { keyPrefix: 'x' } } }, 'keyPrefix'],
    [{ url: 'redis://a', redis: { keyPrefix: 'x' } }, 'keyPrefix'],
    [{ client, service: '' }, 'service'],
    [{ client, service: 'a{b' }, 'service'],
    [{ client, service: 'a\nb' }, 'service'],
    [{ client, service: '\ud800' }, 'service'],
    [{ client, prefix: '{x}' }, 'prefix'],
    [{ client, pollMs: 0 }, 'pollMs'],
    [{ client, pingMs: -1 }, 'pingMs'],
    [{ client, timeoutMs: 0 }, 'timeoutMs'],
    [{ client, poll: 1 }, 'did you mean "pollMs"'],
    [{ sentinel: { nam: 'm' } }, 'sentinel.nam'],
  ];
  it.each(cases)('%j names %s', (options, field) => {
    const make = () => redisDiscovery({ service: 's', ...options } as RedisDiscoveryOptions);
    expect(make).toThrow(InvalidOptionsError);
    expect(make).toThrow(field);
  });

  it('keep a password out of the error', () => {
    expect(() => redisDiscovery({ url: 'redi://u:secret@a', service: 's' })).toThrow(/^(?!.*secret)/);
  });
});
