import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Endpoint, toEndpoint } from '../endpoint.ts';
import { seededRandom } from '../random.ts';
import { settle } from '../testing/manual-clock.ts';
import type { GuardOptions } from './guard-options.ts';
import { type TestFeed, testFeed } from './test-feed.ts';

type Step =
  | { kind: 'list'; ids: number[]; weight: number; stale: boolean; explicit: boolean; epoch: number }
  | { kind: 'fail' }
  | { kind: 'health'; id: number; healthy: boolean };

const id = (n: number): string => `e${n}:1`;
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('list' as const),
      ids: fc.uniqueArray(fc.nat(11)),
      weight: fc.integer({ min: 1, max: 3 }),
      stale: fc.boolean(),
      explicit: fc.boolean(),
      epoch: fc.nat(2),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'fail' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('health' as const), id: fc.nat(11), healthy: fc.boolean() }),
  },
);
const guards: fc.Arbitrary<GuardOptions> = fc.record(
  {
    onEmpty: fc.constantFrom('hold', 'accept'),
    massRemovalRatio: fc.constantFrom(0, 0.5, 1),
    resetHoldMs: fc.constantFrom(0, 30_000),
    debounceMs: fc.constantFrom(0, 50),
    flapLimit: fc.constantFrom(0, 2, 5),
    flapMinEndpoints: fc.constantFrom(0, 1, 3),
    maxStaleMs: fc.constantFrom(5_000, Number.POSITIVE_INFINITY),
  },
  { requiredKeys: [] },
);

/** Plays the steps and checks each update against the one before it. */
function player(run: TestFeed) {
  const { clock, discovery, feed, health, updates } = run;
  const everListed = new Set<string>();
  let listed: string[] = [];
  let checked = 0;
  let inUse = new Map<string, Endpoint>();

  const check = (): void => {
    for (; checked < updates.length; checked++) {
      const { endpoints, added, removed, updated } = updates[checked]!;
      if (checked > 0) expect(added.length + removed.length + updated.length).toBeGreaterThan(0);
      const changed = new Set([...added, ...updated].map((endpoint) => endpoint.id));
      const expected = new Map(inUse);
      for (const endpoint of removed) expect(expected.delete(endpoint.id)).toBe(true);
      for (const endpoint of added) expect(inUse.has(endpoint.id)).toBe(false);
      for (const endpoint of updated) expect(inUse.has(endpoint.id)).toBe(true);
      for (const endpoint of [...added, ...updated]) expected.set(endpoint.id, endpoint);
      inUse = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
      expect(inUse.size).toBe(endpoints.length);
      expect([...inUse.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [name, endpoint] of inUse) {
        expect(everListed.has(name)).toBe(true);
        if (!changed.has(name)) expect(endpoint).toBe(expected.get(name));
      }
    }
  };
  const list = (
    ids: readonly string[],
    weight: number,
    flags: { stale?: boolean; explicit?: boolean; epoch?: number },
  ) => {
    const deregistered = flags.explicit === true ? listed.filter((name) => !ids.includes(name)) : [];
    listed = [...ids];
    for (const name of ids) everListed.add(name);
    discovery.push({
      endpoints: ids.map((name) => toEndpoint({ address: name, weight })),
      deregistered,
      ...(flags.stale === true ? { stale: true } : {}),
      ...(flags.epoch === undefined ? {} : { epoch: String(flags.epoch) }),
    });
  };
  return {
    check,
    list,
    async play(action: Step, waitMs: number): Promise<void> {
      if (action.kind === 'list') list(action.ids.map(id), action.weight, action);
      else if (action.kind === 'fail') discovery.fail(new Error('down'));
      else {
        health.set(id(action.id), action.healthy);
        feed.healthChanged(id(action.id));
      }
      await clock.advanceAsync(waitMs);
      check();
    },
  };
}

test('whatever happened, when the dust has settled the view is the registry', async () => {
  await fc.assert(
    fc.asyncProperty(
      guards,
      fc.array(fc.tuple(step, fc.constantFrom(0, 5, 60, 1_000, 7_000, 40_000)), { maxLength: 25 }),
      fc.uniqueArray(fc.nat(11)),
      async (guard, script, final) => {
        const run = testFeed(guard);
        const { play, check, list } = player(run);
        for (const [action, waitMs] of script) await play(action, waitMs);
        list(final.map(id), 7, {});
        await run.clock.advanceAsync(400_000);
        check();
        expect(run.ids()).toEqual(final.map(id).sort());
        expect(run.updates.at(-1)?.endpoints.every(({ weight }) => weight === 7)).toBe(true);
        expect(run.feed.state).toBe(final.length === 0 ? 'empty' : 'live');
        await run.feed.close();
        expect(run.clock.pendingTimers).toBe(0);
        expect(run.discovery.watchers).toBe(0);
      },
    ),
    { numRuns: 300, seed: 20_261 },
  );
});

test('errors and doubtful snapshots alone never remove anybody', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.uniqueArray(fc.nat(11)), fc.boolean(), fc.nat(20_000)), { maxLength: 20 }),
      async (script) => {
        const run = testFeed();
        const all = Array.from({ length: 12 }, (_, n) => id(n)).sort();
        run.discovery.push(all);
        await settle();
        for (const [ids, fail, waitMs] of script) {
          if (fail) run.discovery.fail(new Error('down'));
          else run.discovery.push({ endpoints: ids.map((n) => toEndpoint(id(n))), stale: true });
          await run.clock.advanceAsync(waitMs);
          expect(run.ids()).toEqual(all);
        }
        await run.feed.close();
      },
    ),
    { numRuns: 100, seed: 20_262 },
  );
});

test('10,000 endpoints with 1 % churn a second: survivors keep their objects, one update a second', async () => {
  const run = testFeed();
  const random = seededRandom(3);
  let registry = Array.from({ length: 10_000 }, (_, n) => `10.0.${n >> 8}.${n & 255}:80`);
  const push = (): void =>
    run.discovery.push(registry.map((address) => ({ address, zone: 'z', metadata: { version: '1' } })));
  push();
  await settle();
  const first = new Map(run.updates[0]?.endpoints.map((endpoint) => [endpoint.id, endpoint]));
  for (let second = 0; second < 30; second++) {
    for (let n = 0; n < 100; n++) {
      registry[Math.floor(random() * registry.length)] = `10.${second + 1}.${n}.1:80`;
    }
    registry = [...new Set(registry)];
    push();
    await run.clock.advanceAsync(1_000);
  }
  expect(run.updates).toHaveLength(31);
  expect(run.ids()).toEqual(registry.toSorted());
  const last = run.updates.at(-1)?.endpoints ?? [];
  const survivors = last.filter((endpoint) => first.has(endpoint.id));
  expect(survivors.length).toBeGreaterThan(7_000);
  for (const endpoint of survivors) expect(endpoint).toBe(first.get(endpoint.id));
  await run.feed.close();
});

test('a source that floods without waiting is calm for those behind it', async () => {
  let asked = 0;
  const run = testFeed(
    {},
    {
      async *watch() {
        for (;;) {
          asked++;
          yield { endpoints: [toEndpoint(`a:${(asked % 1_000) + 1}`)] };
        }
      },
    },
  );
  await run.clock.advanceAsync(10_000);
  expect(asked).toBeLessThan(1_100);
  expect(run.updates.length).toBeLessThanOrEqual(110);
  await run.feed.close();
  expect(run.clock.pendingTimers).toBe(0);
});
