import { expect, test } from 'vitest';
import { staticDiscovery } from '../discovery/static.ts';
import type { WatchOptions } from '../discovery.ts';
import { toEndpoint } from '../endpoint.ts';
import { settle } from '../testing/manual-clock.ts';
import { testFeed } from './test-feed.ts';

const three = ['a:1', 'b:1', 'c:1'];

test('the first snapshot is passed on without delay, a static one within microtasks', async () => {
  const { feed, updates, states } = testFeed({}, staticDiscovery(three));
  expect(feed.state).toBe('initial');
  for (let i = 0; i < 50; i++) await Promise.resolve();
  expect(updates).toHaveLength(1);
  expect(updates[0]?.added.map(({ id }) => id)).toEqual(three);
  expect(states).toEqual([['live', 'the registry answers']]);
});

test('the first snapshot counts even if it is empty', async () => {
  const { discovery, updates, states } = testFeed();
  await settle();
  expect(updates).toHaveLength(0);
  discovery.push([]);
  await settle();
  expect(updates).toEqual([{ endpoints: [], added: [], removed: [], updated: [] }]);
  expect(states).toEqual([['empty', 'the registry lists nobody']]);
});

test('an equal snapshot changes nothing, a changed one keeps the objects of the others', async () => {
  const { clock, discovery, updates } = testFeed();
  const input = (weight: number) => [
    { address: 'a:1', zone: 'z', metadata: { version: '1' } },
    { address: 'b:1', weight },
  ];
  discovery.push(input(1));
  await settle();
  discovery.push(input(1).reverse());
  await clock.advanceAsync(1_000);
  expect(updates).toHaveLength(1);

  discovery.push(input(2));
  await clock.advanceAsync(1_000);
  expect(updates).toHaveLength(2);
  const [before, after] = updates;
  expect(after?.endpoints[0]).toBe(before?.endpoints[0]);
  expect(after?.updated).toEqual([toEndpoint({ address: 'b:1', weight: 2 })]);
  expect(after?.added).toEqual([]);
  expect(after?.removed).toEqual([]);
});

test.each([
  ['metadata', { metadata: { version: '2' } }],
  ['an additional metadata key', { metadata: { version: '1', canary: 'yes' } }],
  ['a missing metadata key', { metadata: {} }],
  ['zone', { zone: 'other' }],
  ['priority', { priority: 1 }],
])('a change of %s is an update', async (_name, change) => {
  const { clock, discovery, updates } = testFeed();
  const base = { address: 'a:1', zone: 'z', metadata: { version: '1' } };
  discovery.push([base]);
  await settle();
  discovery.push([{ ...base, ...change }]);
  await clock.advanceAsync(1_000);
  expect(updates.at(-1)?.updated).toEqual([toEndpoint({ ...base, ...change })]);
});

test('changes after the first are collected: 50 ms after the last, 250 ms at most', async () => {
  const { clock, discovery, updates, ids } = testFeed();
  discovery.push(['a:1']);
  await settle();
  discovery.push(['a:1', 'b:1']);
  await clock.advanceAsync(40);
  discovery.push(three);
  await clock.advanceAsync(49);
  expect(updates).toHaveLength(1);
  await clock.advanceAsync(1);
  expect(updates).toHaveLength(2);
  expect(ids()).toEqual(three);

  await clock.advanceAsync(1_000);
  for (let port = 1; port <= 20; port++) {
    discovery.push([...three, `d:${port}`]);
    await clock.advanceAsync(20);
  }
  // Leading edge at once, then one each 250 ms under a change each 20 ms.
  expect(updates.length).toBeGreaterThanOrEqual(4);
  expect(updates.length).toBeLessThanOrEqual(5);
  await clock.advanceAsync(250);
  expect(ids()).toEqual([...three, 'd:20'].sort());
});

test('a removed endpoint is out within 250 ms', async () => {
  const { clock, discovery, ids } = testFeed();
  discovery.push(three);
  await settle();
  discovery.push(['a:1', 'b:1']);
  await clock.advanceAsync(250);
  expect(ids()).toEqual(['a:1', 'b:1']);
});

test('a failed watch keeps the endpoints and is stale until the next snapshot', async () => {
  const { clock, discovery, updates, states, events, ids, feed } = testFeed();
  discovery.push(three);
  await settle();
  discovery.fail(new Error('connection refused'));
  await settle();
  expect(feed.state).toBe('stale');
  expect(states.at(-1)).toEqual(['stale', 'the registry cannot be read: connection refused']);
  expect(events).toMatchObject([{ type: 'discoveryFailed', attempt: 1 }]);
  expect(ids()).toEqual(three);

  await clock.advanceAsync(1_000);
  expect(feed.state).toBe('live');
  expect(updates).toHaveLength(1);
});

test('before the first snapshot a failing registry leaves the state initial', async () => {
  const { clock, discovery, feed, events, updates } = testFeed();
  await settle();
  discovery.fail(new Error('down'));
  await clock.advanceAsync(5_000);
  expect(feed.state).toBe('initial');
  expect(events).toHaveLength(1);
  discovery.push(three);
  await settle();
  expect(feed.state).toBe('live');
  expect(updates).toHaveLength(1);
});

test('a snapshot that doubts itself adds and updates, but removes only who deregistered', async () => {
  const { clock, discovery, feed, ids } = testFeed();
  discovery.push(three);
  await settle();
  const endpoints = [toEndpoint('a:1'), toEndpoint('d:1')];
  discovery.push({ endpoints, stale: true, deregistered: ['c:1'] });
  await clock.advanceAsync(60_000);
  expect(feed.state).toBe('stale');
  expect(ids()).toEqual(['a:1', 'b:1', 'd:1']);
  discovery.push({ endpoints });
  await clock.advanceAsync(1_000);
  expect(feed.state).toBe('live');
  expect(ids()).toEqual(['a:1', 'd:1']);
});

test('endpoints are given up after maxStaleMs without contact, and come back with it', async () => {
  const { clock, discovery, feed, ids, states } = testFeed({ maxStaleMs: 60_000 });
  let fail = true;
  discovery.push(three);
  await settle();
  const outage = async (ms: number): Promise<void> => {
    for (let t = 0; t < ms; t += 100) {
      if (fail) discovery.push({ endpoints: [], stale: true });
      await clock.advanceAsync(100);
    }
  };
  discovery.fail(new Error('down'));
  await outage(59_000);
  expect(ids()).toEqual(three);
  await outage(2_000);
  expect(ids()).toEqual([]);
  expect(feed.state).toBe('stale');
  fail = false;
  discovery.push(three);
  await clock.advanceAsync(1_000);
  expect(ids()).toEqual(three);
  expect(states.map(([state]) => state)).toEqual(['live', 'stale', 'live']);
});

test('close leaves no timer and no watch, and nothing is called after it', async () => {
  const { feed, clock, discovery, updates } = testFeed();
  discovery.push(Array.from({ length: 10 }, (_, port) => `a:${port + 1}`));
  await settle();
  discovery.push(['a:1']);
  await settle();
  expect(clock.pendingTimers).toBeGreaterThan(0);
  await feed.close();
  expect(clock.pendingTimers).toBe(0);
  expect(discovery.watchers).toBe(0);
  feed.healthChanged('a:2');
  discovery.push(['z:1']);
  await clock.advanceAsync(100_000);
  expect(updates).toHaveLength(1);
  await feed.close();
});

test('close while the watch waits for its next try leaves no timer', async () => {
  const { feed, clock, discovery } = testFeed();
  await settle();
  discovery.fail(new Error('down'));
  await settle();
  expect(clock.pendingTimers).toBe(1);
  await feed.close();
  expect(clock.pendingTimers).toBe(0);
});

test('options out of their range are refused at construction', () => {
  expect(() => testFeed({ massRemovalRatio: 2 })).toThrow('guard.massRemovalRatio: got 2');
  expect(() => testFeed({ onEmpty: 'drop' as 'hold' })).toThrow('guard.onEmpty: got "drop"');
  expect(() => testFeed({ debounceMs: 100, debounceMaxMs: 10 })).toThrow('guard.debounceMaxMs: got 10');
  expect(() => testFeed({ debounceMs: 500 }).feed.close()).not.toThrow();
});

test('what a driver still reports after the end is not passed on', async () => {
  let report: NonNullable<WatchOptions['onEvent']> = () => {};
  const { feed, events } = testFeed(
    {},
    {
      async *watch({ signal, onEvent = report }) {
        report = onEvent;
        yield { endpoints: [] };
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    },
  );
  await settle();
  report({ type: 'snapshotRejected', message: 'first' });
  await feed.close();
  report({ type: 'snapshotRejected', message: 'second' });
  expect(events).toEqual([{ type: 'snapshotRejected', message: 'first' }]);
});

test('one that is closed by its own listener says no more and leaves no timer', async () => {
  const subject = testFeed({}, undefined, (state) => {
    if (state === 'held') void subject.feed.close();
  });
  const { clock, discovery, states } = subject;
  discovery.push(three);
  await settle();
  discovery.push([]);
  await settle();
  expect(states.at(-1)?.[0]).toBe('held');
  expect(clock.pendingTimers).toBe(0);
  await clock.advanceAsync(100_000);
  expect(states.at(-1)?.[0]).toBe('held');
});
