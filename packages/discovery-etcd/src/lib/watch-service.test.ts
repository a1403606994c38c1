import { type Discovery, DiscoveryError, type Snapshot } from '@evenkeel/core';
import { type ManualClock, manualClock, settle } from '@evenkeel/core/testing';
import { watchedCluster } from '@evenkeel/testing/driver';
import { describe, expect, it } from 'vitest';
import { serviceKeys } from './keys.ts';
import { type FakeClient, fakeClient, kv } from './testing/fake-client.ts';
import { watchService } from './watch-service.ts';

interface Bench {
  readonly client: FakeClient;
  readonly clock: ManualClock;
  readonly snapshots: Snapshot[];
  readonly problems: string[];
  readonly controller: AbortController;
  /** Undefined at the end without an error. */
  readonly ended: Promise<unknown>;
}

/** A watch that is read as fast as it yields. */
function bench(prepare: (client: FakeClient) => void = () => {}): Bench {
  const client = fakeClient();
  prepare(client);
  const clock = manualClock();
  const snapshots: Snapshot[] = [];
  const problems: string[] = [];
  const controller = new AbortController();
  const read = async (): Promise<unknown> => {
    try {
      const watch = watchService({
        client,
        keys: serviceKeys({ service: 's' }),
        clock,
        pingMs: 5_000,
        signal: controller.signal,
        onProblem: (message) => problems.push(message),
        onFailure: (error, endpoint) => new DiscoveryError(`${endpoint}: ${(error as Error).message}`),
      });
      for await (const snapshot of watch) snapshots.push(snapshot);
      return undefined;
    } catch (error) {
      return error;
    }
  };
  return { client, clock, snapshots, problems, controller, ended: read() };
}

const record = (port: number, rest: object = {}): string =>
  JSON.stringify({ v: 1, host: '10.0.0.1', port, ...rest });
const ids = (snapshot: Snapshot | undefined): unknown => snapshot?.endpoints.map(({ id }) => id);

describe('a watch', () => {
  it('tells what is there, of which store, and up to where', async () => {
    const { snapshots } = bench((fake) => {
      fake.put('lb/s//epoch', 'e');
      fake.put('lb/s/a', record(80));
    });
    await settle();
    expect(snapshots).toEqual([
      {
        epoch: 'e',
        revision: 12n,
        endpoints: [{ id: 'a', host: '10.0.0.1', port: 80, weight: 1, priority: 0, metadata: {} }],
      },
    ]);
  });

  it('names the store by its cluster where no registrar was, and not at all where nobody is', async () => {
    const { client, snapshots } = bench();
    await settle();
    client.put('lb/s/a', record(80));
    await settle();
    expect(snapshots.map(({ epoch }) => epoch)).toEqual([undefined, '77']);
  });

  it('follows puts, changes and deletions, and keeps the objects of records that did not change', async () => {
    const { client, snapshots } = bench((fake) => fake.put('lb/s/a', record(80)));
    await settle();
    client.put('lb/s/b', record(81));
    await settle();
    client.put('lb/s/b', record(81, { weight: 2 }));
    await settle();
    client.remove('lb/s/b');
    await settle();
    expect(snapshots.map(ids)).toEqual([['a'], ['a', 'b'], ['a', 'b'], ['a']]);
    expect(snapshots.map(({ revision }) => revision)).toEqual([11n, 12n, 13n, 14n]);
    expect(snapshots[3]?.endpoints[0]).toBe(snapshots[0]?.endpoints[0]);
    expect(snapshots[2]?.endpoints[1]?.weight).toBe(2);
  });

  it('yields nothing for a put that changes nothing', async () => {
    const { client, snapshots } = bench((fake) => fake.put('lb/s/a', record(80)));
    await settle();
    client.put('lb/s/a', record(80));
    await settle();
    expect(snapshots).toHaveLength(1);
  });

  it('tells who deregistered, once, unless they are back', async () => {
    const { client, snapshots } = bench((fake) => {
      for (const id of ['a', 'b', 'c']) fake.put(`lb/s/${id}`, record(80));
    });
    await settle();
    client.push({
      events: [
        ...['a', 'b', 'c'].flatMap((id) => [
          { type: 'delete', kv: kv(`lb/s/${id}`, '', 14n) } as const,
          { type: 'put', kv: kv('lb/s//left', id, 14n) } as const,
        ]),
        { type: 'put', kv: kv('lb/s/c', record(80), 14n) },
      ],
    });
    await settle();
    expect(snapshots.at(-1)).toMatchObject({ deregistered: ['a', 'b'] });
    client.remove('lb/s//left');
    client.put('lb/s/c', record(81));
    await settle();
    expect(snapshots.at(-1)?.deregistered).toBeUndefined();
  });

  it('tells of a deletion without a note as of any absence', async () => {
    const { client, snapshots } = bench((fake) => fake.put('lb/s/a', record(80)));
    await settle();
    client.remove('lb/s/a');
    await settle();
    expect(snapshots.at(-1)).toEqual({ endpoints: [], revision: 12n });
  });

  it('does not read a note that was there before as a deregistration', async () => {
    const { snapshots } = bench((fake) => fake.put('lb/s//left', 'a'));
    await settle();
    expect(snapshots).toEqual([{ endpoints: [], revision: 11n }]);
  });

  it('reports a record that is none once, and goes on with the rest', async () => {
    const { client, snapshots, problems } = bench((fake) => {
      fake.put('lb/s/a', record(80));
      fake.put('lb/s/bad', '{');
    });
    await settle();
    client.put('lb/s/bad', '{');
    client.put('lb/s/c', record(81));
    client.push({ events: [{ type: 'put', kv: { ...kv('lb/s/d', '', 20n), value: undefined } }] });
    await settle();
    expect(ids(snapshots.at(-1))).toEqual(['a', 'c']);
    expect(problems).toEqual([
      expect.stringContaining('record of "bad" left out'),
      'record of "d" left out: it is no text',
    ]);
  });

  it('asks each 5 s, tells an empty service again each time, and a full one not', async () => {
    const empty = bench();
    const full = bench((fake) => fake.put('lb/s/a', record(80)));
    await Promise.all([empty.clock.advanceAsync(26_000), full.clock.advanceAsync(26_000)]);
    expect(full.client.calls).toEqual(['range', 'watch', ...Array(5).fill('range')]);
    expect([empty.snapshots.length, full.snapshots.length]).toEqual([6, 1]);
  });

  it('waits for a change that is on its way', async () => {
    const { client, clock, snapshots } = bench((fake) => fake.put('lb/s/a', record(80)));
    await clock.advanceAsync(4_999);
    client.deaf = true;
    client.put('lb/s/b', record(81));
    await clock.advanceAsync(500);
    client.push({ events: [{ type: 'put', kv: kv('lb/s/b', record(81), 12n) }] });
    await clock.advanceAsync(60_000);
    expect(ids(snapshots.at(-1))).toEqual(['a', 'b']);
  });
});

describe('a watch throws', () => {
  it.each(['range', 'watch'] as const)(
    'when %s fails, after the first snapshot if there is one',
    async (call) => {
      const { client, clock, snapshots, ended } = bench((fake) => {
        fake.modes[call] = 'fails';
      });
      await clock.advanceAsync(1_000);
      expect(await ended).toMatchObject({ message: `http://fake:2379: ${call} refused` });
      expect(snapshots).toHaveLength(call === 'range' ? 0 : 1);
      expect([client.closed, clock.pendingTimers]).toEqual([true, 0]);
    },
  );

  it('within two intervals when nobody answers any more', async () => {
    const { client, clock, ended } = bench((fake) => fake.put('lb/s/a', record(80)));
    await clock.advanceAsync(6_000);
    client.modes.range = 'fails';
    await clock.advanceAsync(4_000);
    expect(await ended).toMatchObject({ message: expect.stringContaining('range refused') });
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['the stream breaks', (client) => client.breakWatch(new Error('cut')), 'cut'],
    [
      'a frame is of an older store',
      (client) => client.push({ header: { clusterId: '77', revision: 3n } }),
      'the store was reset: revision 3 after revision 11',
    ],
    [
      'a frame is of another cluster',
      (client) => client.push({ header: { clusterId: '78', revision: 99n } }),
      'another etcd cluster answers: 78 instead of 77',
    ],
    [
      'not one record can be read any more',
      (client) => client.put('lb/s/a', 'x'),
      'none of 1 records can be read',
    ],
  ] as readonly (readonly [string, (client: FakeClient) => void, string])[])(
    'at once when %s',
    async (_name, happen, message) => {
      const { client, clock, ended } = bench((fake) => fake.put('lb/s/a', record(80)));
      await clock.advanceAsync(2_000);
      happen(client);
      await settle();
      expect(await ended).toMatchObject({ message: `http://fake:2379: ${message}` });
      expect([client.closed, clock.pendingTimers]).toEqual([true, 0]);
    },
  );

  it.each([
    [
      'the store is another one',
      (client) => Object.assign(client.store, { clusterId: '78' }),
      /another etcd/,
    ],
    ['the store is at its beginning', (client) => Object.assign(client.store, { revision: 1n }), /was reset/],
    ['a put was not told', (client) => client.put('lb/s/b', record(81)), /after revision 11$/],
    ['a change was not told', (client) => client.put('lb/s/a', record(81)), /after revision 11$/],
    ['a deletion was not told', (client) => client.remove('lb/s/a'), /after revision 11$/],
  ] as readonly (readonly [string, (client: FakeClient) => void, RegExp])[])(
    'soon when the stream is silent although %s',
    async (_name, happen, message) => {
      const { client, clock, ended } = bench((fake) => fake.put('lb/s/a', record(80)));
      await clock.advanceAsync(1_000);
      client.deaf = true;
      happen(client);
      await clock.advanceAsync(6_000);
      expect(await ended).toMatchObject({ message: expect.stringMatching(message) });
      expect(clock.pendingTimers).toBe(0);
    },
  );
});

it.each([1, 2, 3, 4, 5, 6, 7])(
  'a cluster whose watches all fail after %i requests sends ten a second at most',
  async (each) => {
    const clock = manualClock();
    const at: number[] = [];
    let sent = 0;
    const discovery: Discovery = {
      watch({ signal }) {
        const before = sent;
        const client = fakeClient();
        client.range = () => {
          for (let n = 0; n < each; n++) at.push(clock.now());
          sent += each;
          return Promise.reject(new Error('no'));
        };
        Object.defineProperty(client, 'requests', { get: () => sent - before });
        return watchService({
          client,
          keys: serviceKeys({ service: 's' }),
          clock,
          pingMs: 5_000,
          signal,
          onProblem: () => {},
          onFailure: () => new DiscoveryError('no'),
        });
      },
    };
    // No luck at all: every wait is as short as it can be.
    await using _cluster = watchedCluster(discovery, { clock, random: () => 0 });
    await clock.advanceAsync(20_000);
    expect(at.length).toBeGreaterThan(50);
    for (const from of at) {
      expect(at.filter((time) => time >= from && time < from + 1_000).length).toBeLessThanOrEqual(10);
    }
  },
);

describe('an abort', () => {
  it.each(['range', 'watch'] as const)('ends a watch whose %s hangs', async (call) => {
    const { client, clock, controller, ended } = bench((fake) => {
      fake.modes[call] = 'hangs';
    });
    await settle();
    controller.abort();
    expect(await ended).toBeUndefined();
    expect([client.closed, clock.pendingTimers]).toEqual([true, 0]);
  });

  it('ends the wait after a failure', async () => {
    const { clock, controller, ended } = bench((fake) => {
      fake.modes.range = 'fails';
    });
    await settle();
    controller.abort();
    expect(await ended).toBeUndefined();
    expect(clock.pendingTimers).toBe(0);
  });

  it('closes connections even if nobody reads on', async () => {
    const client = fakeClient();
    const clock = manualClock();
    const controller = new AbortController();
    const keys = serviceKeys({ service: 's' });
    const watch = watchService({
      client,
      keys,
      clock,
      pingMs: 5_000,
      signal: controller.signal,
      onProblem: () => {},
      onFailure: () => new DiscoveryError('x'),
    });
    await watch.next();
    await settle();
    controller.abort();
    await settle();
    expect([client.closed, clock.pendingTimers]).toEqual([true, 0]);
  });
});
