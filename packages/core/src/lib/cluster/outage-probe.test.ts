import { describe, expect, it } from 'vitest';
import type { ClusterEvent } from '../cluster-event.ts';
import { seededRandom } from '../random.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { manualDiscovery } from '../testing/manual-discovery.ts';
import { turnStrategy } from '../testing/turn-strategy.ts';
import { createCluster } from './create-cluster.ts';

const THREE = ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80'];

/** A cluster of three of which the first is ejected. */
async function setUp(mode: 'failOpen' | 'failClosed' = 'failOpen') {
  const clock = manualClock();
  const events: ClusterEvent[] = [];
  const cluster = createCluster({
    name: 'orders',
    discovery: manualDiscovery(THREE),
    strategy: turnStrategy(),
    clock,
    random: seededRandom(1),
    panic: { mode },
  });
  cluster.subscribe((event) => events.push(event));
  await cluster.ready();
  const others = new Set(THREE.slice(1));
  for (let i = 0; i < 5; i++) cluster.pick({ exclude: others }).done({ kind: 'failure' });
  expect(cluster.inspect().counts.ejected).toBe(1);
  /** Sends requests, of which those at some endpoints succeed, and returns how many the first one got. */
  const send = (count: number, ...up: string[]): number => {
    let first = 0;
    for (let i = 0; i < count; i++) {
      const pick = cluster.pick();
      if (pick.endpoint.id === THREE[0]) first++;
      pick.done({ kind: up.includes(pick.endpoint.id) ? 'success' : 'failure' });
    }
    return first;
  };
  return { clock, cluster, events, send };
}

describe('while every endpoint in use fails', () => {
  it('one request a second goes to an ejected one', async () => {
    const { clock, cluster, send } = await setUp();
    let tries = 0;
    for (let second = 0; second < 10; second++) {
      tries += send(100);
      clock.advance(1_000);
    }
    expect(tries).toBe(10);
    expect(cluster.inspect().counts.ejected).toBe(1);
  });

  it('a success there ends the ejection', async () => {
    const { clock, cluster, events, send } = await setUp();
    send(10);
    clock.advance(1_000);
    expect(send(10, '10.0.0.1:80')).toBeGreaterThan(1);
    const first = cluster.inspect().endpoints.find(({ id }) => id === '10.0.0.1:80');
    expect(first?.ejectedForMs).toBe(0);
    expect(events).toContainEqual(expect.objectContaining({ type: 'endpointReturned', reason: 'healthy' }));
  });

  it('there is one try at a time, and none of an endpoint that the request excludes', async () => {
    const { clock, cluster, send } = await setUp();
    send(2);
    const exclude = new Set(['10.0.0.1:80']);
    expect(cluster.pick({ exclude }).endpoint.id).not.toBe('10.0.0.1:80');
    clock.advance(1_000);
    const open = cluster.pick();
    expect(open.endpoint.id).toBe('10.0.0.1:80');
    clock.advance(1_000);
    expect(send(10)).toBe(0);
    open.done({ kind: 'cancelled' });
  });

  it('nobody tries what an operator ejected, nor any of a cluster that fails closed', async () => {
    const manual = await setUp();
    manual.cluster.control.uneject('10.0.0.1:80');
    manual.cluster.control.eject('10.0.0.1:80', 60_000);
    const closed = await setUp('failClosed');
    for (const { clock, send } of [manual, closed]) {
      for (let second = 0; second < 3; second++) {
        expect(send(10)).toBe(0);
        clock.advance(1_000);
      }
    }
  });
});

describe('while one endpoint in use works', () => {
  it('ejected ones are left alone', async () => {
    const { clock, send } = await setUp();
    for (let second = 0; second < 10; second++) {
      expect(send(10, '10.0.0.2:80')).toBe(0);
      clock.advance(1_000);
    }
  });
});
