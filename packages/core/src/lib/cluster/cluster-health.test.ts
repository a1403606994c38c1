import { describe, expect, it } from 'vitest';
import type { ClusterEvent } from '../cluster-event.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import { toEndpoint } from '../endpoint.ts';
import { seededRandom } from '../random.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { manualDiscovery } from '../testing/manual-discovery.ts';
import { turnStrategy } from '../testing/turn-strategy.ts';
import { createCluster } from './create-cluster.ts';

const THREE = ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80'];

async function setUp(options: Partial<ClusterOptions> = {}) {
  const clock = manualClock();
  const down = new Set<string>();
  const events: ClusterEvent[] = [];
  const discovery = manualDiscovery(THREE);
  const cluster = createCluster({
    name: 'orders',
    discovery,
    strategy: turnStrategy(),
    clock,
    random: seededRandom(1),
    healthCheck: {
      checker: {
        check: async ({ id }) => {
          if (down.has(id)) throw new Error('refused');
        },
      },
    },
    ...options,
  });
  cluster.subscribe((event) => events.push(event));
  await cluster.ready();
  const pick = (kind: 'success' | 'failure' = 'success'): string => {
    const result = cluster.pick();
    result.done({ kind });
    return result.endpoint.id;
  };
  const served = (count = 12): Set<string> => new Set(Array.from({ length: count }, () => pick()));
  const failNext = (id: string, times: number): void => {
    const exclude = new Set(THREE.filter((other) => other !== id));
    for (let i = 0; i < times; i++) cluster.pick({ exclude }).done({ kind: 'failure', statusCode: 500 });
  };
  return { clock, cluster, discovery, down, events, served, failNext };
}

describe('active checks in a cluster', () => {
  it('take an endpoint out after the fall threshold and back after the rise threshold', async () => {
    const { clock, down, served, events } = await setUp();
    await clock.advanceAsync(6_000);
    down.add('10.0.0.2:80');
    await clock.advanceAsync(10_000);
    expect(served()).toEqual(new Set(['10.0.0.1:80', '10.0.0.3:80']));
    down.clear();
    await clock.advanceAsync(3_000);
    expect(served()).toEqual(new Set(THREE));
    const verdicts = events.flatMap((event) =>
      event.type === 'healthChanged' && event.endpoint.id === '10.0.0.2:80' ? event.healthy : [],
    );
    expect(verdicts).toEqual([true, false, true]);
  });

  it('send traffic to the first endpoint that returns from a total outage, within one more check', async () => {
    const { clock, down, cluster, served } = await setUp({ panic: { mode: 'failClosed' } });
    for (const id of THREE) down.add(id);
    await clock.advanceAsync(20_000);
    expect(() => cluster.pick()).toThrow('no endpoint is healthy (known 3, healthy 0');
    down.delete('10.0.0.3:80');
    // Two passes, one second and its jitter apart.
    await clock.advanceAsync(2_400);
    expect(served()).toEqual(new Set(['10.0.0.3:80']));
  });

  it('stop for an endpoint that left', async () => {
    const { clock, discovery, cluster } = await setUp();
    discovery.push([]);
    await clock.advanceAsync(120_000);
    discovery.push([]);
    await clock.advanceAsync(120_000);
    expect(cluster.inspect().endpoints).toEqual([]);
    expect(clock.pendingTimers).toBeLessThanOrEqual(1);
  });
});

describe('outlier detection in a cluster', () => {
  it('ejects after five failures in a row for 30 s and up to a tenth more', async () => {
    const { clock, served, failNext, events } = await setUp();
    failNext('10.0.0.1:80', 4);
    expect(served()).toEqual(new Set(THREE));
    failNext('10.0.0.1:80', 5);
    expect(served()).toEqual(new Set(['10.0.0.2:80', '10.0.0.3:80']));
    await clock.advanceAsync(29_999);
    expect(served()).toEqual(new Set(['10.0.0.2:80', '10.0.0.3:80']));
    await clock.advanceAsync(3_001);
    expect(served()).toEqual(new Set(THREE));
    expect(
      events.filter(({ type }) => type === 'endpointEjected' || type === 'endpointReturned'),
    ).toMatchObject([
      { type: 'endpointEjected', detector: 'consecutive-failures', times: 1 },
      { type: 'endpointReturned', reason: 'expired' },
    ]);
  });

  it('gives the place of an ejected endpoint that the registry drains to the next', async () => {
    const { discovery, cluster, served, failNext, clock } = await setUp();
    failNext('10.0.0.1:80', 5);
    expect(served()).toEqual(new Set(['10.0.0.2:80', '10.0.0.3:80']));
    // As Consul does with one that crashed: it stays listed for a minute.
    discovery.push({
      endpoints: THREE.map((address, index) => toEndpoint({ address, weight: Math.min(1, index) })),
    });
    await clock.advanceAsync(100);
    failNext('10.0.0.2:80', 5);
    expect(served()).toEqual(new Set(['10.0.0.3:80']));
    expect(cluster.inspect().counts).toMatchObject({ known: 3, draining: 1 });
  });

  it('ejects one of three and says that it may not eject the second', async () => {
    const { served, failNext, events } = await setUp();
    failNext('10.0.0.1:80', 5);
    failNext('10.0.0.2:80', 5);
    expect(served()).toEqual(new Set(['10.0.0.2:80', '10.0.0.3:80']));
    expect(events.filter(({ type }) => type === 'ejectionSkipped')).toHaveLength(1);
  });

  it('lets an endpoint back at once when its checks failed and pass again', async () => {
    const { clock, down, served, failNext, events } = await setUp();
    down.add('10.0.0.1:80');
    failNext('10.0.0.1:80', 5);
    await clock.advanceAsync(10_000);
    down.clear();
    await clock.advanceAsync(3_000);
    expect(served()).toEqual(new Set(THREE));
    expect(events).toContainEqual(expect.objectContaining({ type: 'endpointReturned', reason: 'healthy' }));
  });

  it('keeps an endpoint out that passes its checks and fails real requests', async () => {
    const { clock, served, failNext } = await setUp();
    failNext('10.0.0.1:80', 5);
    await clock.advanceAsync(20_000);
    expect(served()).toEqual(new Set(['10.0.0.2:80', '10.0.0.3:80']));
  });

  it('is off on request', async () => {
    const { served, failNext } = await setUp({ outlierDetection: false });
    failNext('10.0.0.1:80', 50);
    expect(served()).toEqual(new Set(THREE));
  });
});

describe('slow start in a cluster', () => {
  const weights = (cluster: Awaited<ReturnType<typeof setUp>>['cluster']): number[] =>
    cluster.inspect().endpoints.map(({ effectiveWeight }) => Math.round(effectiveWeight * 100) / 100);

  it('grows the weight of a new endpoint as published', async () => {
    const { clock, cluster } = await setUp({ slowStart: { windowMs: 60_000 } });
    const seen: (number | undefined)[] = [];
    for (const _ of [0, 15, 30, 45, 60]) {
      seen.push(weights(cluster)[0]);
      await clock.advanceAsync(15_000);
    }
    expect(seen).toEqual([0.1, 0.25, 0.5, 0.75, 1]);
  });

  it('warms up again after an outage', async () => {
    const { clock, cluster, down } = await setUp({ slowStart: { windowMs: 60_000 } });
    await clock.advanceAsync(61_500);
    expect(weights(cluster)).toEqual([1, 1, 1]);
    down.add('10.0.0.2:80');
    await clock.advanceAsync(10_000);
    down.clear();
    await clock.advanceAsync(3_000);
    expect(weights(cluster)).toEqual([1, 0.1, 1]);
  });
});
