import { expect, test } from 'vitest';
import { toEndpoint } from '../endpoint.ts';
import { settle } from '../testing/manual-clock.ts';
import { testFeed } from './test-feed.ts';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `e${i}:1`);
const endpoints = (list: readonly string[]) => list.map((name) => toEndpoint(name));

test('an empty snapshot is held for 30 s, then believed', async () => {
  const { clock, discovery, feed, ids } = testFeed();
  discovery.push(names(2));
  await settle();
  discovery.push([]);
  await clock.advanceAsync(29_999);
  expect(feed.state).toBe('held');
  expect(ids()).toEqual(names(2));
  await clock.advanceAsync(1);
  expect(feed.state).toBe('empty');
  expect(ids()).toEqual([]);
  expect(clock.pendingTimers).toBe(1);
});

test('two more empty snapshots, 5 s apart, confirm the first; faster ones count once', async () => {
  const { clock, discovery, feed } = testFeed();
  discovery.push(names(2));
  await settle();
  discovery.push([]);
  for (let i = 0; i < 4; i++) {
    await clock.advanceAsync(1_000);
    discovery.push([]);
  }
  await clock.advanceAsync(1_000);
  discovery.push([]);
  await settle();
  expect(feed.state).toBe('held');
  await clock.advanceAsync(5_000);
  discovery.push([]);
  await settle();
  expect(feed.state).toBe('empty');
});

test('a snapshot with endpoints ends an empty hold, and the next one starts anew', async () => {
  const { clock, discovery, feed, ids, updates } = testFeed();
  discovery.push(names(2));
  await settle();
  discovery.push([]);
  await clock.advanceAsync(20_000);
  discovery.push(names(2));
  await clock.advanceAsync(1_000);
  expect(feed.state).toBe('live');
  expect(updates).toHaveLength(1);
  discovery.push([]);
  await clock.advanceAsync(29_000);
  expect(ids()).toEqual(names(2));
});

test('an outage confirms nothing: holds stand still while the watch fails', async () => {
  const { clock, discovery, feed, ids } = testFeed();
  discovery.push(names(2));
  await settle();
  discovery.push([]);
  await clock.advanceAsync(20_000);
  discovery.push({ endpoints: [], stale: true });
  await clock.advanceAsync(600_000);
  expect(feed.state).toBe('stale');
  expect(ids()).toEqual(names(2));
  discovery.push([]);
  await clock.advanceAsync(9_000);
  expect(feed.state).toBe('held');
  await clock.advanceAsync(1_000);
  expect(feed.state).toBe('empty');
});

test('an empty snapshot is believed at once when all have deregistered', async () => {
  const { clock, discovery, feed, ids } = testFeed();
  discovery.push(names(4));
  await settle();
  discovery.push({ endpoints: [], deregistered: names(4) });
  await clock.advanceAsync(250);
  expect(feed.state).toBe('empty');
  expect(ids()).toEqual([]);
});

test('those who deregistered leave an empty hold', async () => {
  const { clock, discovery, ids } = testFeed();
  discovery.push(names(3));
  await settle();
  discovery.push({ endpoints: [], deregistered: ['e0:1'] });
  await clock.advanceAsync(250);
  expect(ids()).toEqual(['e1:1', 'e2:1']);
  discovery.push({ endpoints: [], deregistered: ['e1:1'] });
  await clock.advanceAsync(250);
  expect(ids()).toEqual(['e2:1']);
});

test('onEmpty: accept believes at once, fail never does', async () => {
  const accept = testFeed({ onEmpty: 'accept' });
  accept.discovery.push(names(5));
  await settle();
  accept.discovery.push([]);
  await accept.clock.advanceAsync(250);
  expect(accept.ids()).toEqual([]);

  const fail = testFeed({ onEmpty: 'fail' });
  fail.discovery.push(names(5));
  await settle();
  for (let i = 0; i < 10; i++) {
    fail.discovery.push([]);
    await fail.clock.advanceAsync(60_000);
  }
  expect(fail.ids()).toEqual(names(5));
  expect(fail.feed.state).toBe('held');
});

test('more than half gone in one step stay as suspects for 30 s', async () => {
  const { clock, discovery, feed, ids } = testFeed();
  discovery.push(names(10));
  await settle();
  discovery.push(names(4));
  await clock.advanceAsync(29_999);
  expect(feed.state).toBe('held');
  expect(ids()).toEqual(names(10));
  await clock.advanceAsync(1 + 250);
  expect(ids()).toEqual(names(4));
  expect(feed.state).toBe('live');
});

test.each([
  ['half of them', 10, 5, {}],
  ['fewer than three', 3, 1, {}],
  ['all but one with the rule off', 10, 1, { massRemovalRatio: 1 }],
])('%s gone is no mass removal', async (_name, before, after, guard) => {
  const { clock, discovery, feed, ids } = testFeed(guard);
  discovery.push(names(before));
  await settle();
  discovery.push(names(after));
  await clock.advanceAsync(250);
  expect(ids()).toEqual(names(after));
  expect(feed.state).toBe('live');
});

test('explicit deregistrations are no mass removal', async () => {
  const { clock, discovery, ids } = testFeed();
  discovery.push(names(10));
  await settle();
  discovery.push({ endpoints: endpoints(names(2)), deregistered: names(10).slice(2) });
  await clock.advanceAsync(250);
  expect(ids()).toEqual(names(2));
});

test('a suspect leaves as soon as its health check fails, or has failed before', async () => {
  const { clock, discovery, feed, health, ids } = testFeed();
  discovery.push(names(6));
  await settle();
  health.set('e5:1', false);
  discovery.push(names(1));
  await clock.advanceAsync(1_000);
  expect(ids()).toEqual(names(5));
  health.set('e4:1', false);
  feed.healthChanged('e4:1');
  expect(ids()).toEqual(names(4));
  health.set('e0:1', false);
  feed.healthChanged('e0:1');
  await clock.advanceAsync(1_000);
  expect(ids()).toEqual(names(4));
});

test('the state is live again as soon as the last suspect is gone or back', async () => {
  const { clock, discovery, feed, health, states } = testFeed();
  discovery.push(names(4));
  await settle();
  discovery.push(names(1));
  await clock.advanceAsync(1_000);
  discovery.push(names(3));
  await clock.advanceAsync(1_000);
  expect(feed.state).toBe('held');
  health.set('e3:1', false);
  feed.healthChanged('e3:1');
  expect(states.map(([state]) => state)).toEqual(['live', 'held', 'live']);
});

test('thousands of suspects that fail one by one are dropped in few updates', async () => {
  const { clock, discovery, feed, health, updates, ids } = testFeed();
  const all = names(5_000);
  discovery.push(all);
  await settle();
  discovery.push(names(1));
  await clock.advanceAsync(1_000);
  for (const id of all.slice(1)) {
    health.set(id, false);
    feed.healthChanged(id);
  }
  await clock.advanceAsync(250);
  expect(ids()).toEqual(['e0:1']);
  expect(updates.length).toBeLessThanOrEqual(3);
});

test.each([
  ['another epoch', { epoch: 'one', revision: 900 }, { epoch: 'two', revision: 1 }],
  ['a revision that goes back', { revision: 900n }, { revision: 3n }],
])('%s is a reset: old and new stay together for 30 s', async (_name, before, after) => {
  const { clock, discovery, feed, ids } = testFeed();
  discovery.push({ endpoints: endpoints(names(4)), ...before });
  await settle();
  discovery.push({ endpoints: endpoints(['e3:1']), ...after });
  await clock.advanceAsync(1_000);
  expect(feed.state).toBe('held');
  expect(ids()).toEqual(names(4));
  discovery.push({ endpoints: endpoints(['e3:1', 'new:1']), ...after });
  await clock.advanceAsync(28_000);
  expect(ids()).toEqual([...names(4), 'new:1']);
  await clock.advanceAsync(1_000);
  expect(ids()).toEqual(['e3:1', 'new:1']);
  expect(feed.state).toBe('live');
});

test('a registry that restarts empty and fills up again loses nobody on the way', async () => {
  const { clock, discovery, feed, ids, updates } = testFeed();
  discovery.push({ endpoints: endpoints(names(5)), epoch: 'one' });
  await settle();
  for (let count = 0; count <= 5; count++) {
    discovery.push({ endpoints: endpoints(names(count)), epoch: 'two' });
    await clock.advanceAsync(1_000);
  }
  expect(updates).toHaveLength(1);
  expect(ids()).toEqual(names(5));
  expect(feed.state).toBe('live');
});

test('resetHoldMs 0 turns the reset rule off, and a deregistered one leaves a reset at once', async () => {
  const off = testFeed({ resetHoldMs: 0 });
  off.discovery.push({ endpoints: endpoints(names(2)), epoch: 'one' });
  await settle();
  off.discovery.push({ endpoints: endpoints(names(1)), epoch: 'two' });
  await off.clock.advanceAsync(250);
  expect(off.ids()).toEqual(names(1));

  const on = testFeed();
  on.discovery.push({ endpoints: endpoints(names(3)), epoch: 'one' });
  await settle();
  on.discovery.push({ endpoints: endpoints(names(1)), epoch: 'two', deregistered: ['e2:1'] });
  await on.clock.advanceAsync(250);
  expect(on.ids()).toEqual(names(2));
});

test('keepAbsentHealthy keeps the absent one while its checks pass, unless it deregistered', async () => {
  const { clock, discovery, feed, health, ids } = testFeed({ keepAbsentHealthy: true });
  discovery.push(names(5));
  await settle();
  for (const id of ['e2:1', 'e3:1']) health.set(id, true);
  discovery.push({ endpoints: endpoints(names(3)).slice(0, 2) });
  await clock.advanceAsync(600_000);
  expect(ids()).toEqual(names(4));
  expect(feed.state).toBe('live');
  health.set('e3:1', false);
  feed.healthChanged('e3:1');
  expect(ids()).toEqual(names(3));
  discovery.push({ endpoints: endpoints(names(2)), deregistered: ['e2:1'] });
  await clock.advanceAsync(250);
  expect(ids()).toEqual(names(2));
});

test('one hold that follows another is told with its own reason', async () => {
  const { clock, discovery, states } = testFeed();
  discovery.push(names(6));
  await settle();
  discovery.push([]);
  await clock.advanceAsync(1_000);
  discovery.push(names(1));
  await clock.advanceAsync(1_000);
  expect(states.slice(1).map(([state, reason]) => [state, reason.split(':')[0]])).toEqual([
    ['held', 'the registry suddenly lists nobody'],
    ['held', 'too many endpoints vanished at once'],
  ]);
});
