import { describe, expect, it } from 'vitest';
import type { ClusterEvent } from '../cluster-event.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import type { EndpointInput } from '../endpoint.ts';
import { seededRandom } from '../random.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { manualDiscovery } from '../testing/manual-discovery.ts';
import { turnStrategy } from '../testing/turn-strategy.ts';
import { createCluster } from './create-cluster.ts';

/** Ten endpoints of a priority, `p<priority>-<n>`. */
function tier(priority: number, count = 10, zone?: string): EndpointInput[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${zone ?? `p${priority}`}-${index}`,
    address: `10.${priority}.${zone?.charCodeAt(0) ?? 0}.${index + 1}:80`,
    priority,
    ...(zone === undefined ? {} : { zone }),
  }));
}

async function setUp(endpoints: EndpointInput[], options: Partial<ClusterOptions> = {}) {
  const events: ClusterEvent[] = [];
  const cluster = createCluster({
    name: 'tiers',
    discovery: manualDiscovery(endpoints),
    strategy: turnStrategy(),
    clock: manualClock(),
    random: seededRandom(7),
    ...options,
  });
  cluster.subscribe((event) => events.push(event));
  await cluster.ready();
  const share = (prefix: string, picks = 20_000): number => {
    let hits = 0;
    for (let i = 0; i < picks; i++) {
      const pick = cluster.pick();
      if (pick.endpoint.id.startsWith(prefix)) hits++;
      pick.done({ kind: 'success' });
    }
    return hits / picks;
  };
  const ejectMany = (prefix: string, count: number): void => {
    for (let i = 0; i < count; i++) cluster.control.eject(`${prefix}-${i}`, 60_000);
  };
  return { cluster, events, share, ejectMany };
}

describe('priorities', () => {
  it('sends nothing to the second priority while the first has 72 % of its health', async () => {
    const { share, ejectMany } = await setUp([...tier(0), ...tier(1)]);
    ejectMany('p0', 2);
    expect(share('p1')).toBe(0);
  });

  it('moves load as published: 70 and 30 percent with half of the first priority gone', async () => {
    const { share, ejectMany, cluster } = await setUp([...tier(0), ...tier(1)]);
    ejectMany('p0', 5);
    // The standard deviation of a 30 % share is 0.1 % with 200,000 picks, so that any seed is within the 0.5 % allowed.
    expect(share('p1', 200_000)).toBeCloseTo(0.3, 2);
    expect(cluster.inspect().tiers.map(({ loadRatio }) => loadRatio)).toEqual([0.7, 0.3]);
  });

  it('fails over whole when the first priority is gone, and back again', async () => {
    const { share, ejectMany, cluster } = await setUp([...tier(0, 3), ...tier(1, 3)]);
    ejectMany('p0', 3);
    expect(share('p1', 1_000)).toBe(1);
    for (let i = 0; i < 3; i++) cluster.control.uneject(`p0-${i}`);
    expect(share('p1', 1_000)).toBe(0);
  });

  it('retries on the next priority when everything in the first was tried', async () => {
    const { cluster } = await setUp([...tier(0, 1), ...tier(1, 1)]);
    expect(cluster.pick({ exclude: new Set(['p0-0']) }).endpoint.id).toBe('p1-0');
  });

  it('sends equal keys to equal priorities', async () => {
    const { cluster, ejectMany } = await setUp([...tier(0), ...tier(1)]);
    ejectMany('p0', 5);
    for (let key = 0; key < 100; key++) {
      const priorities = Array.from(
        { length: 5 },
        () => cluster.pick({ hashKey: `key-${key}` }).endpoint.priority,
      );
      expect(new Set(priorities).size).toBe(1);
    }
  });

  it('serves all groups with one list when the strategy cannot be cloned', async () => {
    const { clone: _, ...single } = turnStrategy();
    let list: readonly { endpoint: { id: string } }[] = [];
    const update = (next: typeof list): void => {
      list = next;
    };
    const strategy = { ...single, update, pick: () => undefined };
    const { cluster, ejectMany } = await setUp([...tier(0), ...tier(1)], { strategy });
    cluster.inspect();
    expect(list.map(({ endpoint }) => endpoint.id)).toEqual(tier(0).map(({ id }) => id));
    ejectMany('p0', 5);
    cluster.inspect();
    expect(list).toHaveLength(15);
  });
});

describe('panic mode', () => {
  it('fails open below half, says so, and ends above', async () => {
    const { share, ejectMany, events, cluster } = await setUp(tier(0));
    ejectMany('p0', 5);
    expect(share('p0-0', 1_000)).toBe(0);
    ejectMany('p0', 6);
    expect(share('p0-0', 1_000)).toBeCloseTo(0.1, 5);
    cluster.control.uneject('p0-5');
    cluster.inspect();
    expect(events.filter((event) => event.type === 'panicChanged')).toEqual([
      { type: 'panicChanged', priority: 0, active: true, healthyRatio: 0.4, mode: 'failOpen' },
      { type: 'panicChanged', priority: 0, active: false, healthyRatio: 0.5, mode: 'failOpen' },
    ]);
  });

  it('fails closed on request: only the healthy, and nobody when there are none', async () => {
    const { share, ejectMany, cluster } = await setUp(tier(0, 4), { panic: { mode: 'failClosed' } });
    ejectMany('p0', 3);
    expect(share('p0-3', 1_000)).toBe(1);
    ejectMany('p0', 4);
    expect(() => cluster.pick()).toThrow(
      'no endpoint is healthy (known 4, healthy 0, ejected 4, draining 0)',
    );
    expect(cluster.inspect().tiers[0]?.panic).toBe(true);
  });

  it('keeps to the last good endpoints on request', async () => {
    const { share, ejectMany, cluster } = await setUp(tier(0), { panic: { mode: 'lastGood' } });
    ejectMany('p0', 2);
    cluster.inspect();
    ejectMany('p0', 9);
    expect(share('p0-0', 1_000)).toBe(0);
    expect(share('p0-5', 1_000)).toBeCloseTo(1 / 8, 5);
  });

  it('is off with a threshold of 0', async () => {
    const { ejectMany, cluster } = await setUp(tier(0, 2), { panic: { thresholdRatio: 0 } });
    ejectMany('p0', 2);
    expect(() => cluster.pick()).toThrow('no endpoint is healthy');
  });
});

describe('zones', () => {
  const three = [...tier(0, 4, 'a'), ...tier(0, 4, 'b'), ...tier(0, 4, 'c')];

  it('stay local while the zone is healthy', async () => {
    const { share } = await setUp(three, { zone: { local: 'a' } });
    expect(share('a', 2_000)).toBe(1);
  });

  it('spill by health: half of the zone left takes 70 %', async () => {
    const { share, ejectMany } = await setUp(three, { zone: { local: 'a' } });
    ejectMany('a', 2);
    expect(share('a')).toBeCloseTo(0.7, 1);
  });

  it('are left whole when the zone is lost', async () => {
    const { share, ejectMany } = await setUp(three, { zone: { local: 'a' } });
    ejectMany('a', 4);
    expect(share('a', 2_000)).toBe(0);
    expect(share('b')).toBeCloseTo(0.5, 1);
  });

  it('spill by load: the excess over the limit goes to the least loaded zone', async () => {
    const { cluster } = await setUp(three, { zone: { local: 'a', spillInFlight: 2 } });
    const picks = Array.from({ length: 20 }, () => cluster.pick().endpoint.zone);
    expect(picks.slice(0, 8)).toEqual(Array(8).fill('a'));
    expect(picks.slice(8).filter((zone) => zone !== 'a').length).toBeGreaterThanOrEqual(12);
  });

  it('do not matter with fewer endpoints than the minimum', async () => {
    const { share } = await setUp([...tier(0, 2, 'a'), ...tier(0, 2, 'b')], { zone: { local: 'a' } });
    expect(share('a', 200_000)).toBeCloseTo(0.5, 2);
  });
});
