import type { Snapshot } from '@evenkeel/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ZookeeperDiscoveryOptions, zookeeperDiscovery } from './discovery.ts';
import {
  curatorRecord,
  type FakeZookeeper,
  fakeZookeeper,
  handshake,
  reply,
} from './testing/fake-zookeeper.ts';
import { watchedCluster } from './testing/watched-cluster.ts';
import { OPERATION } from './wire/request.ts';

let fake: FakeZookeeper;
const controllers: AbortController[] = [];

beforeEach(async () => {
  fake = await fakeZookeeper();
});
afterEach(async () => {
  for (const controller of controllers.splice(0)) controller.abort();
  await fake[Symbol.asyncDispose]();
});

function watch(options: Partial<ZookeeperDiscoveryOptions> = {}) {
  const controller = new AbortController();
  controllers.push(controller);
  const events: unknown[] = [];
  const iterator = zookeeperDiscovery({ servers: [fake.address], service: 's', ...options })
    .watch({ signal: controller.signal, onEvent: (event) => events.push(event) })
    [Symbol.asyncIterator]();
  return {
    events,
    abort: () => controller.abort(),
    async next(): Promise<Snapshot> {
      const { value, done } = await iterator.next();
      if (done === true) throw new Error('the watch ended');
      return value;
    },
    end: () => iterator.next(),
  };
}

const ports = ({ endpoints }: Snapshot): number[] => endpoints.map(({ port }) => port);
const asked = (type: number | 'connect'): number => fake.asked.filter((other) => other === type).length;

describe('a watch', () => {
  it('watches before it reads, in a session that has caught up with the leader', async () => {
    fake.nodes.set('a', curatorRecord(80));
    const snapshot = await watch().next();
    expect(snapshot).toEqual({
      endpoints: [{ id: 'a', host: '10.0.0.1', port: 80, weight: 1, priority: 0, metadata: {} }],
      epoch: '1-0',
      revision: 5n,
    });
    expect(fake.asked).toEqual([
      'connect',
      OPERATION.addWatch,
      OPERATION.sync,
      OPERATION.exists,
      OPERATION.getChildren2,
      OPERATION.getData,
    ]);
  });

  it('names no store while there is no base', async () => {
    fake.onRequest = ({ type, xid, socket }) => type === OPERATION.exists && socket.write(reply(xid, -101));
    expect(await watch().next()).toEqual({ endpoints: [], revision: 5n });
  });

  it('reads once for many events, and only what changed', async () => {
    for (let n = 1; n <= 50; n++) fake.nodes.set(`n${n}`, curatorRecord(n));
    const mine = watch();
    await mine.next();
    for (let n = 51; n <= 60; n++) {
      fake.nodes.set(`n${n}`, curatorRecord(n));
      fake.tell(1, `/services/s/n${n}`);
    }
    expect(ports(await mine.next())).toHaveLength(60);
    expect(asked(OPERATION.getData)).toBe(60);
    expect(asked(OPERATION.getChildren2)).toBe(2);
  });

  it('reads at most about ten times a second in a storm', async () => {
    const mine = watch();
    await mine.next();
    const startedAt = performance.now();
    const storm = setInterval(() => fake.tell(4, '/services/s'), 2);
    try {
      while (performance.now() - startedAt < 1_000) await mine.next();
    } finally {
      clearInterval(storm);
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    // A burst of five comes on top.
    expect(asked(OPERATION.getChildren2)).toBeLessThanOrEqual(1 + 5 + 10 * seconds + 1);
  });

  it('says that it knows nothing of a service of which no record can be read', async () => {
    fake.nodes.set('a', 'nonsense');
    const mine = watch();
    expect(await mine.next()).toMatchObject({ endpoints: [], stale: true });
    expect(mine.events).toEqual([
      { type: 'snapshotRejected', message: expect.stringContaining('record of "a" left out') },
    ]);
  });

  it('polls although no event comes', async () => {
    const mine = watch({ pollMs: 50 });
    expect(ports(await mine.next())).toEqual([]);
    fake.nodes.set('a', curatorRecord(80));
    expect(ports(await mine.next())).toEqual([80]);
  });

  it('throws when the connection is lost, and says whose', async () => {
    const mine = watch();
    await mine.next();
    const next = mine.next();
    for (const socket of fake.open) socket.destroy();
    await expect(next).rejects.toMatchObject({
      code: 'ERR_EVENKEEL_DISCOVERY',
      message: expect.stringMatching(
        /^zookeeper 127\.0\.0\.1:\d+, \/services\/s: .* closed the connection|was closed/,
      ),
      cause: expect.objectContaining({ reason: 'closed' }),
    });
  });

  it('throws when a frozen server answers no ping', async () => {
    const mine = watch();
    await mine.next();
    fake.onRequest = () => true;
    await expect(mine.next()).rejects.toMatchObject({ cause: { reason: 'silent' } });
  });

  it('throws when it may not list the service', async () => {
    fake.onRequest = ({ type, xid, socket }) =>
      type === OPERATION.getChildren2 && socket.write(reply(xid, -102));
    await expect(watch().next()).rejects.toThrow('list /services/s: not permitted');
    await expect.poll(() => fake.open.size).toBe(0);
  });

  it('tells of a server that failed, and goes on with the next', async () => {
    await using silent = await fakeZookeeper();
    silent.onHandshake = () => true;
    let turn = 0;
    const mine = watch({ servers: [silent.address, fake.address], timeoutMs: 50, random: () => turn++ / 10 });
    await mine.next();
    expect(mine.events).toEqual([
      {
        type: 'discoveryFailed',
        error: expect.objectContaining({ reason: 'timeout' }),
        attempt: 1,
        retryInMs: 0,
      },
    ]);
  });

  it('closes session and connection at an abort, although nobody reads on', async () => {
    const mine = watch();
    await mine.next();
    mine.abort();
    await expect.poll(() => fake.open.size).toBe(0);
    expect(asked(OPERATION.closeSession)).toBe(1);
    expect((await mine.end()).done).toBe(true);
  });

  it('ends at an abort while it connects', async () => {
    const handshakes = Promise.withResolvers<void>();
    fake.onHandshake = () => {
      handshakes.resolve();
      return true;
    };
    const mine = watch();
    const end = mine.end();
    await handshakes.promise;
    mine.abort();
    expect((await end).done).toBe(true);
    await expect.poll(() => fake.open.size).toBe(0);
  });
});

describe('a cluster', () => {
  it.each<[string, (mine: FakeZookeeper) => void]>([
    ['closes each connection', (mine) => (mine.onConnection = (socket) => socket.end() !== undefined)],
    [
      'resets each connection',
      (mine) => (mine.onConnection = (socket) => socket.resetAndDestroy() !== undefined),
    ],
    ['speaks another protocol', (mine) => (mine.onConnection = (socket) => socket.write('-ERR\r\n-ERR\r\n'))],
    ['lets each session expire', (mine) => (mine.onHandshake = (socket) => socket.write(handshake(0, 0n)))],
    [
      'closes each session',
      (mine) =>
        (mine.onRequest = ({ type, socket }) =>
          type === OPERATION.getChildren2 && socket.end() !== undefined),
    ],
    [
      'refuses to list',
      (mine) =>
        (mine.onRequest = ({ type, xid, socket }) =>
          type === OPERATION.getChildren2 && socket.write(reply(xid, -4))),
    ],
  ])('connects at most ten times a second to a server that %s', async (_, breakIt) => {
    breakIt(fake);
    const startedAt = performance.now();
    await using cluster = watchedCluster(zookeeperDiscovery({ servers: [fake.address], service: 's' }));
    await expect.poll(() => performance.now() - startedAt, { timeout: 5_000 }).toBeGreaterThan(1_500);
    const attempts = fake.connectedAt.length;
    expect(attempts).toBeGreaterThan(1);
    for (const at of fake.connectedAt) {
      expect(
        fake.connectedAt.filter((other) => other >= at && other < at + 1_000).length,
      ).toBeLessThanOrEqual(10);
    }
    expect(cluster.inspect().discovery.state).toBe('initial');
  });
});

describe('zookeeperDiscovery', () => {
  it.each([
    [{ servers: [] }, 'servers'],
    [{ servers: 'a:1' }, 'servers'],
    [{ servers: ['a:0'] }, 'servers[0]'],
    [{ servers: ['a:1', 'b:1/chroot'] }, 'servers[1]'],
    [{ servers: ['a:70000'] }, 'servers[0]'],
    [{ service: 'a/b' }, 'service'],
    [{ service: 'a\nb' }, 'service'],
    [{ base: 'services' }, 'base'],
    [{ auth: 'nobody' }, 'auth'],
    [{ sessionTimeoutMs: 10 }, 'sessionTimeoutMs'],
    [{ pollMs: 1 }, 'pollMs'],
    [{ timeout: 1 }, 'did you mean "sessionTimeoutMs"'],
  ])('refuses %j', (options, field) => {
    const all = { servers: ['a:1'], service: 's', ...options } as ZookeeperDiscoveryOptions;
    expect(() => zookeeperDiscovery(all)).toThrow(field);
  });

  it('does not repeat half a password', () => {
    expect(() => zookeeperDiscovery({ servers: ['a:1'], service: 's', auth: 'hunter2' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });

  it('takes servers without a port, and IPv6', () => {
    expect(() => zookeeperDiscovery({ servers: ['zk1', '[::1]:2182'], service: 's' })).not.toThrow();
  });
});
