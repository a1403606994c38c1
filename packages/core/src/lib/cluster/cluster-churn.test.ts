import { expect, it } from 'vitest';
import { type Endpoint, toEndpoint } from '../endpoint.ts';
import { seededRandom } from '../random.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { manualDiscovery } from '../testing/manual-discovery.ts';
import { turnStrategy } from '../testing/turn-strategy.ts';
import { createCluster } from './create-cluster.ts';

const COUNT = 10_000;
const CHURN = COUNT / 100;

it('keeps the state of survivors among 10,000 endpoints with one percent churn a second, and forgets who left', async () => {
  const random = seededRandom(3);
  let next = 0;
  const fresh = (): Endpoint =>
    toEndpoint(`10.${(next >> 16) & 255}.${(next >> 8) & 255}.${next++ & 255}:80`);
  let endpoints = Array.from({ length: COUNT }, fresh);
  const clock = manualClock();
  const discovery = manualDiscovery();
  const cluster = createCluster({ name: 'big', discovery, strategy: turnStrategy(), clock, random });
  discovery.push({ endpoints });
  await cluster.ready();

  const picks = new Map<string, number>();
  for (let second = 0; second < 10; second++) {
    for (let i = 0; i < COUNT; i++) {
      const pick = cluster.pick();
      picks.set(pick.endpoint.id, (picks.get(pick.endpoint.id) ?? 0) + 1);
      pick.done({ kind: 'success' });
    }
    const at = Math.floor(random() * (COUNT - CHURN));
    endpoints = [...endpoints.toSpliced(at, CHURN), ...Array.from({ length: CHURN }, fresh)];
    discovery.push({ endpoints });
    await clock.advanceAsync(1_000);
  }

  const state = cluster.inspect();
  expect(state.endpoints).toHaveLength(COUNT);
  expect(new Set(state.endpoints.map(({ id }) => id))).toEqual(new Set(endpoints.map(({ id }) => id)));
  for (const { id, picks: counted } of state.endpoints) expect(counted).toBe(picks.get(id) ?? 0);
  await cluster.close();
});
