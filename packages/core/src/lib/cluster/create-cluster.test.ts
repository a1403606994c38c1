import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import type { ClusterEvent } from '../cluster-event.ts';
import type { ClusterOptions } from '../cluster-options.ts';
import { isEvenkeelError } from '../errors.ts';
import { fixedLimit } from '../limit/fixed-limit.ts';
import { seededRandom } from '../random.ts';
import type { Candidate, Strategy } from '../strategy.ts';
import { manualClock, settle } from '../testing/manual-clock.ts';
import { manualDiscovery } from '../testing/manual-discovery.ts';
import { turnStrategy } from '../testing/turn-strategy.ts';
import { createCluster } from './create-cluster.ts';

/** Changes that follow each other closely are collected for so long. */
const DEBOUNCE_MS = 50;
const THREE = ['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80'];

async function setUp(options: Partial<ClusterOptions> = {}) {
  const clock = manualClock();
  const discovery = manualDiscovery(THREE);
  const strategy = turnStrategy();
  const events: ClusterEvent[] = [];
  const cluster = createCluster({
    name: 'orders',
    discovery,
    strategy,
    clock,
    random: seededRandom(1),
    ...options,
  });
  cluster.subscribe((event) => events.push(event));
  await cluster.ready({ signal: AbortSignal.timeout(5_000) });
  const pickMany = (count: number): string[] =>
    Array.from({ length: count }, () => {
      const pick = cluster.pick();
      pick.done({ kind: 'success' });
      return pick.endpoint.id;
    });
  return { clock, discovery, strategy, cluster, events, pickMany };
}

describe('createCluster', () => {
  it('is ready with the first snapshot and picks by its strategy', async () => {
    const { pickMany } = await setUp();
    expect(pickMany(4)).toEqual(['10.0.0.1:80', '10.0.0.2:80', '10.0.0.3:80', '10.0.0.1:80']);
  });

  it('says that discovery has not answered while it has not, and stops waiting on a signal', async () => {
    const cluster = createCluster({ name: 'orders', discovery: manualDiscovery(), strategy: turnStrategy() });
    expect(() => cluster.pick()).toThrow('cluster "orders": discovery has not answered yet (known 0');
    const abort = new AbortController();
    const waiting = cluster.ready({ signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await cluster.close();
  });

  it('reports an empty first answer as such, not as a hang', async () => {
    const { cluster } = await setUp({ discovery: manualDiscovery([]) });
    expect(cluster.inspect().discovery.state).toBe('empty');
    expect(() => cluster.pick()).toThrow('discovery lists no endpoint');
  });

  it('refuses options by name', () => {
    const base = { discovery: manualDiscovery(), strategy: turnStrategy() };
    expect(() => createCluster({ ...base, name: '' })).toThrow('name: got ""');
    expect(() => createCluster({ ...base, name: 'a', panic: { thresholdRatio: 7 } })).toThrow(
      'panic.thresholdRatio: got 7, expected a number from 0 to 1',
    );
    expect(() => createCluster({ ...base, name: 'a', zone: { local: '' } })).toThrow('zone.local: got ""');
    expect(() => createCluster({ ...base, name: 'a', concurrencyLimit: () => fixedLimit(0) })).toThrow(
      'fixedLimit.limit: got 0',
    );
  });

  it('never picks an excluded endpoint while there are others, even with a strategy that ignores exclusions', async () => {
    const { cluster } = await setUp();
    const exclude = new Set(['10.0.0.1:80', '10.0.0.2:80']);
    for (let i = 0; i < 20; i++) expect(cluster.pick({ exclude }).endpoint.id).toBe('10.0.0.3:80');
    expect(cluster.pick({ exclude: new Set(THREE) }).endpoint.id).toBeOneOf(THREE);
  });

  it('keeps counters through snapshots and changes weights in place', async () => {
    const { cluster, clock, discovery, strategy, pickMany, events } = await setUp();
    pickMany(6);
    const before = strategy.candidates[0];
    discovery.push([{ address: '10.0.0.1:80', weight: 5 }, '10.0.0.2:80', '10.0.0.4:80']);
    await clock.advanceAsync(DEBOUNCE_MS);
    expect(strategy.candidates[0]).toBe(before);
    expect(before?.weight).toBe(5);
    const state = cluster.inspect();
    expect(state.endpoints.map(({ id, picks }) => [id, picks])).toEqual([
      ['10.0.0.1:80', 2],
      ['10.0.0.2:80', 2],
      ['10.0.0.4:80', 0],
    ]);
    const change = events.findLast((event) => event.type === 'endpointsChanged');
    expect(change).toMatchObject({
      total: 3,
      added: [{ id: '10.0.0.4:80' }],
      removed: [{ id: '10.0.0.3:80' }],
    });
  });

  it('lets a removed endpoint finish what it has in flight, and forgets it then', async () => {
    const { cluster, clock, discovery, pickMany } = await setUp();
    const held = cluster.pick();
    discovery.push(['10.0.0.2:80', '10.0.0.3:80']);
    await clock.advanceAsync(DEBOUNCE_MS);
    expect(pickMany(10)).not.toContain('10.0.0.1:80');
    expect(cluster.inspect().endpoints.find(({ id }) => id === '10.0.0.1:80')).toMatchObject({
      draining: true,
      candidate: false,
      inFlight: 1,
    });
    held.done({ kind: 'success' });
    expect(cluster.inspect().endpoints.map(({ id }) => id)).toEqual(['10.0.0.2:80', '10.0.0.3:80']);
  });

  it('drains, resumes, reweights and ejects by hand', async () => {
    const { cluster, clock, pickMany } = await setUp();
    expect(cluster.control.drain('10.0.0.1:80')).toBe(true);
    expect(pickMany(10)).not.toContain('10.0.0.1:80');
    expect(cluster.control.resume('10.0.0.1:80')).toBe(true);
    expect(pickMany(10)).toContain('10.0.0.1:80');
    cluster.control.setWeight('10.0.0.2:80', 0);
    expect(pickMany(10)).not.toContain('10.0.0.2:80');
    cluster.control.setWeight('10.0.0.2:80', undefined);
    expect(pickMany(10)).toContain('10.0.0.2:80');
    cluster.control.eject('10.0.0.3:80', 1_000);
    expect(pickMany(10)).not.toContain('10.0.0.3:80');
    clock.advance(1_001);
    expect(pickMany(10)).toContain('10.0.0.3:80');
    expect(cluster.control.drain('nobody')).toBe(false);
    expect(() => cluster.control.setWeight('10.0.0.1:80', -1)).toThrow('weight: got -1');
    const missing = undefined as unknown as number;
    expect(() => cluster.control.eject('10.0.0.1:80', missing)).toThrow('durationMs: got undefined');
  });

  it('shows what an operator set, through snapshots and until it is undone', async () => {
    const { cluster, clock, discovery } = await setUp();
    const { control } = cluster;
    control.drain('10.0.0.1:80');
    control.setWeight('10.0.0.2:80', 7);
    control.eject('10.0.0.3:80', 60_000);
    discovery.push([...THREE, '10.0.0.4:80']);
    await clock.advanceAsync(DEBOUNCE_MS);
    const shown = () => cluster.inspect().endpoints.map(({ operator }) => operator);
    const untouched = { drained: false, ejected: false };
    expect(shown()).toEqual([
      { drained: true, ejected: false },
      { drained: false, weight: 7, ejected: false },
      { drained: false, ejected: true },
      untouched,
    ]);
    control.resume('10.0.0.1:80');
    control.setWeight('10.0.0.2:80', undefined);
    control.uneject('10.0.0.3:80');
    expect(shown()).toEqual([untouched, untouched, untouched, untouched]);
  });

  it('shows the load that the strategy compares, where that tells it', async () => {
    const strategy: Strategy = {
      ...turnStrategy(),
      loadOf: ({ inFlight }, now) => (now < 10_000 ? inFlight * 2 : undefined),
    };
    const { cluster, clock } = await setUp({ strategy });
    const loads = () => cluster.inspect().endpoints.map(({ load }) => load);
    cluster.pick();
    expect(loads().toSorted()).toEqual([0, 0, 2]);
    clock.advance(10_000);
    expect(loads()).toEqual([undefined, undefined, undefined]);
  });

  it('forgets what an operator changed by hand when the endpoint leaves, even with requests in flight', async () => {
    const { cluster, clock, discovery } = await setUp();
    const held = [cluster.pick(), cluster.pick()];
    cluster.control.drain('10.0.0.1:80');
    cluster.control.setWeight('10.0.0.2:80', 7);
    discovery.push(['10.0.0.3:80']);
    await clock.advanceAsync(DEBOUNCE_MS);
    discovery.push(THREE);
    await clock.advanceAsync(DEBOUNCE_MS);
    expect(held).toHaveLength(2);
    expect(cluster.inspect().endpoints).toMatchObject([
      { id: '10.0.0.1:80', inFlight: 1, draining: false },
      { id: '10.0.0.2:80', inFlight: 1, weight: 1 },
      { id: '10.0.0.3:80' },
    ]);
  });

  it('never exceeds a concurrency limit and fails fast when all are at it', async () => {
    const { cluster } = await setUp({ concurrencyLimit: () => fixedLimit(2) });
    const picks = Array.from({ length: 6 }, () => cluster.pick());
    expect(cluster.inspect().endpoints.map(({ inFlight }) => inFlight)).toEqual([2, 2, 2]);
    expect(() => cluster.pick()).toThrow('all 3 endpoints are at their concurrency limit');
    picks[4]?.done({ kind: 'success' });
    expect(cluster.pick().endpoint.id).toBe(picks[4]?.endpoint.id);
  });

  it('names the strategy that picks nobody, and blames no limit', async () => {
    const strategy: Strategy = { name: 'picky', update: () => {}, pick: () => undefined };
    const { cluster } = await setUp({ strategy });
    expect(() => cluster.pick()).toThrow('strategy "picky" picked none of 3 candidates (known 3, healthy 3');
  });

  it('survives a strategy that throws in update and observe, names a stranger, or one that left', async () => {
    const { clock } = await setUp();
    let candidates: readonly Candidate[] = [];
    const broken: Strategy = {
      name: 'broken',
      update(next) {
        if (candidates.length === 0) candidates = next;
        throw new Error('update broke');
      },
      pick: () => candidates[0],
      observe() {
        throw new Error('observe broke');
      },
    };
    const discovery = manualDiscovery(THREE);
    const cluster = createCluster({ name: 'broken', discovery, strategy: broken, clock });
    const errors: unknown[] = [];
    cluster.subscribe((event) => event.type === 'backgroundFailed' && errors.push(event.source));
    await cluster.ready();
    discovery.push(THREE.slice(1));
    await clock.advanceAsync(DEBOUNCE_MS);
    const pick = cluster.pick();
    expect(pick.endpoint.id).not.toBe('10.0.0.1:80');
    pick.done({ kind: 'success' });
    expect(errors).toContain('strategy.update');
    expect(errors).toContain('strategy.observe');
    await cluster.close();
  });

  it('tells each pick and its end on diagnostics channels', async () => {
    const { cluster, clock } = await setUp();
    const messages: unknown[] = [];
    const listener = (message: unknown): void => void messages.push(message);
    for (const name of ['evenkeel:pick', 'evenkeel:done']) subscribe(name, listener);
    const pick = cluster.pick();
    clock.advance(20);
    pick.responseStarted();
    clock.advance(5);
    pick.done({ kind: 'success', statusCode: 204 });
    for (const name of ['evenkeel:pick', 'evenkeel:done']) unsubscribe(name, listener);
    expect(messages).toEqual([
      { cluster: 'orders', endpoint: pick.endpoint },
      {
        cluster: 'orders',
        endpoint: pick.endpoint,
        kind: 'success',
        statusCode: 204,
        error: undefined,
        latencyMs: 20,
        durationMs: 25,
      },
    ]);
  });

  it('closes once, leaving no timer and no watch, and settles open picks afterwards', async () => {
    const { cluster, clock, discovery } = await setUp({ slowStart: { windowMs: 60_000 } });
    const open = cluster.pick();
    await Promise.all([cluster.close(), cluster.close()]);
    await settle();
    open.done({ kind: 'failure' });
    expect(clock.pendingTimers).toBe(0);
    expect(discovery.watchers).toBe(0);
    let thrown: unknown;
    try {
      cluster.pick();
    } catch (error) {
      thrown = error;
    }
    expect(isEvenkeelError(thrown, 'ERR_EVENKEEL_CLOSED')).toBe(true);
  });

  it('makes its errors without a stack trace, with the counts', async () => {
    const { cluster } = await setUp();
    for (const id of THREE) cluster.control.drain(id);
    try {
      cluster.pick();
      expect.unreachable();
    } catch (error) {
      expect(isEvenkeelError(error, 'ERR_EVENKEEL_NO_ENDPOINTS')).toBe(true);
      expect(error).toMatchObject({
        message: expect.stringContaining('every endpoint is draining (known 3'),
        counts: { known: 3, healthy: 0, ejected: 0, draining: 3 },
      });
      expect((error as Error).stack).not.toContain('    at ');
    }
  });
});
