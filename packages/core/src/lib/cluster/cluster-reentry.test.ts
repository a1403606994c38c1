import { describe, expect, it } from 'vitest';
import type { ClusterEvent } from '../cluster-event.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import { fixedLimit } from '../limit/fixed-limit.ts';
import { seededRandom } from '../random.ts';
import type { Candidate, Strategy } from '../strategy.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { manualDiscovery } from '../testing/manual-discovery.ts';
import { turnStrategy } from '../testing/turn-strategy.ts';
import { createCluster } from './create-cluster.ts';

const SIX = Array.from({ length: 6 }, (_, index) => ({
  address: `10.0.0.${index + 1}:80`,
  zone: index < 3 ? 'a' : 'b',
}));

async function setUp(options: Partial<ClusterOptions> = {}) {
  const clock = manualClock();
  const discovery = manualDiscovery(SIX);
  const cluster = createCluster({
    name: 'orders',
    discovery,
    strategy: turnStrategy(),
    clock,
    random: seededRandom(1),
    ...options,
  });
  const events: ClusterEvent[] = [];
  cluster.subscribe((event) => events.push(event));
  await cluster.ready();
  return { clock, discovery, cluster, events };
}

describe('listeners that call back', () => {
  it('may inspect a cluster whose strategy throws, without end or half a division', async () => {
    const strategy: Strategy = {
      ...turnStrategy(),
      update() {
        throw new Error('update broke');
      },
    };
    const { cluster, events } = await setUp({ strategy });
    const seen: number[] = [];
    cluster.subscribe(({ type }) => {
      if (type === 'backgroundFailed')
        seen.push(cluster.inspect().endpoints.filter((one) => one.candidate).length);
    });
    cluster.control.drain('10.0.0.1:80');
    cluster.inspect();
    expect(seen).toEqual([5]);
    expect(events.filter(({ type }) => type === 'backgroundFailed').length).toBeLessThanOrEqual(2);
  });

  it('may subscribe anew at each event', async () => {
    const { cluster } = await setUp();
    let calls = 0;
    const again = (): void => {
      calls++;
      subscription[Symbol.dispose]();
      subscription = cluster.subscribe(again);
    };
    let subscription = cluster.subscribe(again);
    cluster.control.eject('10.0.0.1:80', 1_000);
    expect(calls).toBe(1);
  });

  it('see a closed cluster when its watch ends', async () => {
    const thrown: unknown[] = [];
    const { cluster } = await setUp({
      discovery: {
        async *watch({ signal }) {
          signal.addEventListener('abort', () => {
            try {
              cluster.pick();
            } catch (error) {
              thrown.push((error as { code?: string }).code);
            }
          });
          yield { endpoints: [] };
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
        },
      },
    });
    await cluster.close();
    expect(thrown).toEqual(['ERR_EVENKEEL_CLOSED']);
  });
});

describe('what must survive a new division', () => {
  it('keeps the strategies of the zones in panic, each with its endpoints', async () => {
    const made: Strategy[] = [];
    const recording = (): Strategy => {
      const strategy = { ...turnStrategy(), clone: recording };
      made.push(strategy);
      return strategy;
    };
    const { cluster } = await setUp({ strategy: recording(), zone: { local: 'a' } });
    expect(made).toHaveLength(2);
    for (const { address } of SIX.slice(0, 4)) cluster.control.eject(address, 60_000);
    expect(cluster.inspect().tiers[0]?.panic).toBe(true);
    const picked = Array.from({ length: 600 }, () => cluster.pick().endpoint.zone);
    expect(picked.filter((zone) => zone === 'b').length).toBeGreaterThan(200);
    expect(made).toHaveLength(2);
  });

  it('never empties the list of a strategy that cannot be cloned, whatever groups come and go', async () => {
    const { clone: _, ...single } = turnStrategy();
    const sizes: number[] = [];
    const update = (candidates: readonly Candidate[]): void => void sizes.push(candidates.length);
    const { cluster } = await setUp({ strategy: { ...single, update }, zone: { local: 'a' } });
    for (const { address } of SIX.slice(0, 3)) cluster.control.eject(address, 60_000);
    cluster.inspect();
    for (const { address } of SIX.slice(0, 3)) cluster.control.uneject(address);
    cluster.inspect();
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes).not.toContain(0);
  });

  it('serves all groups with one strategy when cloning it throws', async () => {
    const strategy: Strategy = {
      ...turnStrategy(),
      clone() {
        throw new Error('no twins');
      },
    };
    const { cluster, events } = await setUp({ strategy, zone: { local: 'a' } });
    expect(cluster.pick().endpoint.zone).toBe('a');
    expect(events).toContainEqual(expect.objectContaining({ type: 'backgroundFailed' }));
  });

  it('keeps the key of a request that was tried everywhere', async () => {
    const keys: (string | undefined)[] = [];
    const strategy = turnStrategy();
    const pick: Strategy['pick'] = (context) => {
      keys.push(context.hashKey);
      return context.exclude === undefined ? strategy.candidates[0] : undefined;
    };
    const { clone: _, ...single } = strategy;
    const update = (candidates: readonly Candidate[]): void => strategy.update(candidates);
    const { cluster } = await setUp({ strategy: { ...single, pick, update } });
    const exclude = new Set(SIX.map(({ address }) => address));
    cluster.pick({ hashKey: 'k', exclude });
    expect(new Set(keys)).toEqual(new Set(['k']));
  });

  it('says that a priority which is gone panics no more', async () => {
    const { cluster, discovery, clock, events } = await setUp();
    for (const { address } of SIX) cluster.control.eject(address, 600_000);
    cluster.inspect();
    discovery.push({ endpoints: [], deregistered: SIX.map(({ address }) => address) });
    await clock.advanceAsync(60);
    const panics = events.flatMap((event) => (event.type === 'panicChanged' ? event.active : []));
    expect(panics).toEqual([true, false]);
  });

  it('goes on without a limit where making one throws', async () => {
    let made = 0;
    const { cluster, events } = await setUp({
      concurrencyLimit() {
        if (++made === 3) throw new Error('no limit');
        return fixedLimit(1);
      },
    });
    expect(cluster.inspect().endpoints.filter((one) => one.concurrencyLimit === undefined)).toHaveLength(1);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'backgroundFailed', source: 'concurrencyLimit' }),
    );
  });
});
