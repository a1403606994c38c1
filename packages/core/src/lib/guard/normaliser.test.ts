import { expect, test } from 'vitest';
import type { Snapshot } from '../discovery.ts';
import { type Endpoint, toEndpoint } from '../endpoint.ts';
import { settle } from '../testing/manual-clock.ts';
import { addressKey } from './address-key.ts';
import { normaliser } from './normaliser.ts';
import { testFeed } from './test-feed.ts';

const good = toEndpoint('good:1');
const snapshot = (...endpoints: unknown[]): Snapshot => ({ endpoints: endpoints as Endpoint[] });

test.each([
  ['no object', 5, 'endpoints[1] left out: it is no object'],
  ['text', 'a:1', 'endpoints[1] left out: it is no object'],
  ['no host', { ...good, id: 'x', host: undefined }, 'endpoint "x" left out: endpoint.host'],
  [
    'a control character in the host',
    { ...good, id: 'x', host: 'a\r\nb' },
    'endpoint "x" left out: endpoint.host',
  ],
  ['port 0', { ...good, id: 'x', port: 0 }, 'endpoint "x" left out: endpoint.port: got 0'],
  ['a port as text', { ...good, id: 'x', port: '80' }, 'endpoint "x" left out: endpoint.port: got "80"'],
  ['an id that is no text', { ...good, id: 7 }, 'endpoints[1] left out: its id is no text'],
  ['a control character in the id', { ...good, id: 'a\n' }, 'endpoints[1] left out: its id is no text'],
  [
    'a getter that throws',
    Object.defineProperty({ ...good, id: 'x' }, 'host', {
      get() {
        throw new Error('mine');
      },
    }),
    'endpoints[1] left out: Error: mine',
  ],
])('an endpoint with %s is left out, with one event', async (_name, bad, message) => {
  const { clock, discovery, events, ids } = testFeed();
  discovery.push(snapshot(good, bad));
  await clock.advanceAsync(1_000);
  expect(ids()).toEqual(['good:1']);
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({ type: 'snapshotRejected' });
  expect((events[0] as { message: string }).message).toContain(message);
});

test.each([
  ['a negative weight', { weight: -1 }, { weight: 1 }, 'weight -1 is now 1'],
  ['a weight too large', { weight: 65_536 }, { weight: 1 }, 'weight 65536 is now 1'],
  ['a weight that is no number', { weight: Number.NaN }, { weight: 1 }, 'weight NaN is now 1'],
  ['a weight as text', { weight: '5' }, { weight: 1 }, 'weight "5" is now 1'],
  ['a priority too large', { priority: 1_000 }, { priority: 127 }, 'priority 1000 is now 127'],
  ['a fraction of a priority', { priority: 0.5 }, { priority: 0 }, 'priority 0.5 is now 0'],
  ['a zone that is no text', { zone: 3 }, {}, 'zone 3 dropped'],
  ['no metadata object', { metadata: 'x' }, { metadata: {} }, 'metadata "x" dropped'],
  [
    'mixed metadata',
    { metadata: { a: '1', b: 2 } },
    { metadata: { a: '1' } },
    'metadata that is no text dropped',
  ],
])('an endpoint with %s is repaired, with one event', async (_name, bad, repaired, message) => {
  const { clock, discovery, events, updates } = testFeed();
  discovery.push(snapshot({ ...good, ...bad }));
  await clock.advanceAsync(1_000);
  expect(updates[0]?.endpoints).toEqual([{ ...good, ...repaired }]);
  expect(events).toEqual([{ type: 'snapshotRejected', message: `endpoint "good:1" repaired: ${message}` }]);
  discovery.push(snapshot({ ...good, ...bad }));
  await clock.advanceAsync(1_000);
  expect(events).toHaveLength(1);
  expect(updates).toHaveLength(1);
});

test.each([
  ['undefined', undefined],
  ['text', 'oops'],
  ['an object without a list', {}],
  ['a list of garbage', snapshot(1, null, { host: '' })],
])('%s as a snapshot keeps the last good endpoints and is stale', async (_name, garbage) => {
  const { clock, discovery, feed, events, ids } = testFeed();
  discovery.push(['a:1', 'b:1']);
  await settle();
  discovery.push({ endpoints: [good] });
  await clock.advanceAsync(100);
  expect(ids()).toEqual(['good:1']);

  const { discovery: other, ...rest } = testFeed(
    {},
    {
      async *watch({ signal }) {
        yield { endpoints: [good] };
        yield garbage as Snapshot;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    },
  );
  await rest.clock.advanceAsync(60_000);
  expect(rest.ids()).toEqual(['good:1']);
  expect(rest.feed.state).toBe('stale');
  expect(rest.events[0]).toMatchObject({
    type: 'snapshotRejected',
    message: 'no endpoint of the snapshot is valid: the last good ones stay',
  });
  expect(events).toEqual([]);
  await Promise.all([feed.close(), rest.feed.close()]);
});

test('a flood of invalid endpoints makes a hundred events and one that counts the rest', async () => {
  const { clock, discovery, events } = testFeed();
  const bad = Array.from({ length: 1_000 }, (_, i) => ({ ...good, id: `x${i}`, port: 0 }));
  discovery.push(snapshot(good, ...bad));
  await clock.advanceAsync(1_000);
  expect(events).toHaveLength(101);
  expect(events.at(-1)).toEqual({ type: 'snapshotRejected', message: 'and 900 more problems' });
});

test('what is listed twice counts once; of two ids for one address the known one stays', () => {
  const normal = normaliser();
  const old = { ...good, id: 'old' };
  const young = { ...good, id: 'young', host: 'GOOD.' };
  expect([...normal.normalise(snapshot(old, old)).endpoints.keys()]).toEqual(['old']);
  const both = normal.normalise(snapshot(young, old));
  expect([...both.endpoints.keys()]).toEqual(['old']);
  expect(both.problems).toEqual(['endpoint "young" left out: "old" has the same address good:1']);
  expect([...normal.normalise(snapshot(young)).endpoints.keys()]).toEqual(['young']);
  const twice = normal.normalise(snapshot(young, { ...young, port: 2 }));
  expect(twice.problems).toEqual(['endpoint "young" left out: its id is listed twice']);
});

test('equal endpoints are the same objects from snapshot to snapshot', () => {
  const normal = normaliser();
  const first = normal.normalise(snapshot({ ...good, metadata: { a: '1' } })).endpoints.get('good:1');
  const second = normal.normalise(snapshot({ ...good, metadata: { a: '1' } })).endpoints.get('good:1');
  expect(second).toBe(first);
});

test('one address has one key, however it is written', () => {
  expect(addressKey('Example.COM.', 80)).toBe(addressKey('example.com', 80));
  expect(addressKey('2001:0DB8:0:0::1', 80)).toBe(addressKey('2001:db8::1', 80));
  expect(addressKey('fe80::1%eth0', 80)).toBe('fe80::1%eth0:80');
  expect(addressKey('example.com', 80)).not.toBe(addressKey('example.com', 81));
});
