import { describe, expect, it } from 'vitest';
import type { ClusterEvent } from '../cluster-event.ts';
import { seededRandom } from '../random.ts';
import { manualClock, settle } from '../testing/manual-clock.ts';
import { manualDiscovery } from '../testing/manual-discovery.ts';
import { turnStrategy } from '../testing/turn-strategy.ts';
import { createCluster } from './create-cluster.ts';

const THREE = ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80'];
const many = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `10.0.${index >> 8}.${index & 255}:80`);

describe('a request that was tried everywhere', () => {
  async function setUp(mode: 'failOpen' | 'failClosed' = 'failOpen') {
    const events: ClusterEvent[] = [];
    const cluster = createCluster({
      name: 'orders',
      discovery: manualDiscovery(THREE),
      strategy: turnStrategy(),
      clock: manualClock(),
      random: seededRandom(1),
      panic: { mode },
    });
    cluster.subscribe((event) => events.push(event));
    await cluster.ready();
    const exclude = new Set(THREE.slice(1));
    for (let i = 0; i < 5; i++) cluster.pick({ exclude }).done({ kind: 'failure', statusCode: 500 });
    return { cluster, events, tried: exclude };
  }

  it('goes to an ejected endpoint before one that just failed it, and a success there ends the ejection', async () => {
    const { cluster, events, tried } = await setUp();
    const pick = cluster.pick({ exclude: tried });
    expect(pick.endpoint.id).toBe('10.0.0.1:80');
    pick.done({ kind: 'success' });
    expect(events).toContainEqual(expect.objectContaining({ type: 'endpointReturned', reason: 'healthy' }));
    expect(cluster.inspect().counts.ejected).toBe(0);
  });

  it('leaves the ejection alone when it fails there too, or when an older request ends well', async () => {
    const { cluster, tried } = await setUp();
    cluster.control.uneject('10.0.0.1:80');
    const older = cluster.pick({ exclude: tried });
    cluster.control.eject('10.0.0.1:80', 60_000);
    cluster.pick({ exclude: tried }).done({ kind: 'failure' });
    older.done({ kind: 'success' });
    expect(cluster.inspect().counts.ejected).toBe(1);
  });

  it('never goes to an ejected endpoint of a cluster that fails closed', async () => {
    const { cluster, tried } = await setUp('failClosed');
    for (let i = 0; i < 10; i++) expect(cluster.pick({ exclude: tried }).endpoint.id).not.toBe('10.0.0.1:80');
  });
});

describe('ten thousand endpoints', () => {
  async function setUp() {
    const clock = manualClock();
    const strategy = turnStrategy();
    const down = new Set<string>();
    const cluster = createCluster({
      name: 'big',
      discovery: manualDiscovery(many(10_000)),
      strategy,
      clock,
      random: seededRandom(1),
      outlierDetection: false,
      healthCheck: {
        checker: {
          check: async ({ id }) => {
            if (down.has(id)) throw new Error('refused');
          },
        },
        concurrency: 10_000,
        fall: 1,
        jitterRatio: 0.9,
      },
    });
    await cluster.ready();
    await settle();
    return { clock, cluster, strategy, down };
  }

  it('are not divided anew by first verdicts that confirm what was assumed', async () => {
    const { clock, cluster, strategy } = await setUp();
    await clock.advanceAsync(1_000);
    expect(cluster.inspect().endpoints.every(({ health }) => health === 'healthy')).toBe(true);
    expect(strategy.updates).toBe(1);
  });

  it('lose a third of themselves one by one without a division for each, and none of the lost is picked', async () => {
    const { clock, cluster, strategy, down } = await setUp();
    await clock.advanceAsync(1_000);
    const lost = new Set(many(10_000).filter((_, index) => index % 3 === 0));
    for (const id of lost) down.add(id);
    const gone = new Set<string>();
    cluster.subscribe((event) => event.type === 'healthChanged' && gone.add(event.endpoint.id));
    for (let step = 0; step < 1_000; step++) {
      await clock.advanceAsync(10);
      for (let i = 0; i < 20; i++) {
        const pick = cluster.pick();
        expect(gone.has(pick.endpoint.id)).toBe(false);
        pick.done({ kind: 'success' });
      }
    }
    expect(gone).toEqual(lost);
    // Ten seconds of changes, collected for 20 ms each.
    expect(strategy.updates).toBeLessThanOrEqual(10_000 / 20 + 2);
  }, 60_000);
});
