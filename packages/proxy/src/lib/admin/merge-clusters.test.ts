import { expect, it } from 'vitest';
import { mergeResults } from './admin-target.ts';
import { mergeClusters } from './merge-clusters.ts';
import type { ClusterView, EndpointView } from './views.ts';

const endpoint = (id: string, fields: Partial<EndpointView> = {}): EndpointView => ({
  id,
  host: '10.0.0.1',
  port: 80,
  priority: 0,
  zone: null,
  metadata: {},
  state: 'serving',
  health: 'healthy',
  ejected: false,
  ejectedForMs: 0,
  draining: false,
  candidate: true,
  operator: { drained: false, weight: null, ejected: false },
  weight: 1,
  effectiveWeight: 1,
  inFlight: 1,
  pending: 1,
  picks: 10,
  successes: 8,
  failures: 1,
  cancelled: 0,
  latencyMs: 10,
  load: 2,
  concurrencyLimit: 5,
  workers: { known: 1, candidate: 1, ejected: 0 },
  ...fields,
});
const cluster = (endpoints: readonly EndpointView[], fields: Partial<ClusterView> = {}): ClusterView => ({
  name: 'api',
  strategy: 'p2c',
  ready: true,
  discovery: { state: 'live', reason: 'ok', forMs: 5 },
  counts: { known: endpoints.length, healthy: endpoints.length, ejected: 0, draining: 0 },
  tiers: [{ priority: 0, known: 2, healthy: 2, loadRatio: 1, panic: false }],
  endpoints,
  ...fields,
});

it('leaves what one worker says as it is', () => {
  const views = [cluster([endpoint('a')])];
  expect(mergeClusters([views])).toEqual(views);
});

it('sums what workers count, and shows the worst of what they see', () => {
  const ejected = {
    state: 'ejected',
    ejected: true,
    ejectedForMs: 300,
    candidate: false,
    effectiveWeight: 0,
    successes: 24,
    latencyMs: 30,
    load: null,
    concurrencyLimit: null,
    workers: { known: 1, candidate: 0, ejected: 1 },
  } as const;
  const stale = { discovery: { state: 'stale', reason: 'down', forMs: 9 }, ready: false } as const;
  const [merged] = mergeClusters([
    [cluster([endpoint('a')])],
    [cluster([endpoint('a', ejected), endpoint('b')], stale)],
  ]);
  expect(merged).toMatchObject({
    ready: false,
    discovery: { state: 'stale' },
    counts: { known: 2, healthy: 1 },
  });
  expect(merged?.endpoints.map(({ id }) => id)).toEqual(['a', 'b']);
  expect(merged?.endpoints[0]).toMatchObject({
    state: 'ejected',
    ejectedForMs: 300,
    picks: 20,
    inFlight: 2,
    successes: 32,
    latencyMs: 25,
    load: 2,
    concurrencyLimit: 5,
    workers: { known: 2, candidate: 1, ejected: 1 },
  });
});

it('takes a command for done where one worker could, and a purge for shared where all say so', () => {
  const missing = { done: false, error: 'not-found', message: 'x' } as const;
  expect(mergeResults([missing, { done: true }])).toEqual({ done: true });
  expect(mergeResults([missing, missing])).toEqual(missing);
  expect(
    mergeResults([
      { done: true, stores: 1, shared: true },
      { done: true, stores: 1, shared: false },
    ]),
  ).toEqual({
    done: true,
    stores: 1,
    shared: false,
  });
  expect(mergeResults([])).toMatchObject({ done: false });
});
