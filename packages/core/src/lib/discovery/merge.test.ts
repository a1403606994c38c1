import { expect, test } from 'vitest';
import type { Discovery, Snapshot, WatchOptions } from '../discovery.ts';
import { toEndpoint } from '../endpoint.ts';
import { isEvenkeelError } from '../errors.ts';
import { seededRandom } from '../random.ts';
import { manualClock, settle } from '../testing/manual-clock.ts';
import { manualDiscovery } from '../testing/manual-discovery.ts';
import { type MergeDiscoveryOptions, mergeDiscovery } from './merge.ts';
import { staticDiscovery } from './static.ts';

type WatchEvent = Parameters<NonNullable<WatchOptions['onEvent']>>[0];

function run(sources: readonly Discovery[], options: MergeDiscoveryOptions = {}) {
  const clock = manualClock();
  const controller = new AbortController();
  const snapshots: Snapshot[] = [];
  const events: WatchEvent[] = [];
  const merged = mergeDiscovery(sources, { clock, random: seededRandom(1), ...options });
  const ended = (async () => {
    const watch = merged.watch({ signal: controller.signal, onEvent: (event) => events.push(event) });
    for await (const snapshot of watch) snapshots.push(snapshot);
  })();
  const last = (): Snapshot => snapshots.at(-1) ?? expect.unreachable('no snapshot yet');
  const ids = (): string[] => last().endpoints.map(({ id }) => id);
  const close = async (): Promise<void> => {
    controller.abort();
    await ended;
  };
  return { clock, snapshots, events, last, ids, close };
}

test('the first snapshot comes as soon as all have answered', async () => {
  const { snapshots, ids, clock, close } = run([staticDiscovery(['a:1']), staticDiscovery(['b:1'])]);
  await settle();
  expect(snapshots).toHaveLength(1);
  expect(ids()).toEqual(['a:1', 'b:1']);
  await close();
  expect(clock.pendingTimers).toBe(0);
});

test('a silent source delays the first snapshot by one second, and joins later', async () => {
  const late = manualDiscovery();
  const { clock, snapshots, ids, close } = run([staticDiscovery(['a:1']), late]);
  await clock.advanceAsync(999);
  expect(snapshots).toHaveLength(0);
  await clock.advanceAsync(1);
  expect(ids()).toEqual(['a:1']);
  late.push(['b:1']);
  await settle();
  expect(ids()).toEqual(['a:1', 'b:1']);
  await close();
  expect(clock.pendingTimers).toBe(0);
  expect(late.watchers).toBe(0);
});

test('while no source has answered there is no snapshot', async () => {
  const { clock, snapshots, events, close } = run([manualDiscovery(), manualDiscovery()]);
  await clock.advanceAsync(60_000);
  expect(snapshots).toHaveLength(0);
  expect(events).toHaveLength(0);
  await close();
});

test('one endpoint in two registries is one: by address however written, or by id', async () => {
  const first = [
    { host: 'App.Example.', port: 80, id: 'app', weight: 5, metadata: { version: '1' } },
    { address: '10.0.0.9:80', id: 'same' },
  ];
  const second = [
    { host: 'app.example', port: 80, weight: 9, zone: 'z', metadata: { version: '2', team: 'x' } },
    { address: '10.0.0.10:80', id: 'same', zone: 'y' },
  ];
  const { last, close } = run([staticDiscovery(first), staticDiscovery(second)]);
  await settle();
  expect(last().endpoints).toEqual([
    toEndpoint({ ...first[0], zone: 'z', metadata: { version: '1', team: 'x' } }),
    toEndpoint({ ...first[1], zone: 'y' }),
  ]);
  await close();
});

test('an endpoint leaves only when no source lists it any more', async () => {
  const [a, b] = [manualDiscovery(['x:1', 'y:1']), manualDiscovery(['x:1'])];
  const { clock, ids, close } = run([a, b]);
  await settle();
  a.push(['y:1']);
  await clock.advanceAsync(100);
  expect(ids()).toEqual(['y:1', 'x:1']);
  b.push([]);
  await clock.advanceAsync(100);
  expect(ids()).toEqual(['y:1']);
  await close();
});

test('a failing source keeps its share, is watched again, and its errors are told by name', async () => {
  const [a, b] = [manualDiscovery(['x:1']), manualDiscovery(['y:1'])];
  const { clock, last, ids, events, close } = run([a, b]);
  await settle();
  b.fail(new Error('connection refused'));
  await settle();
  expect(ids()).toEqual(['x:1', 'y:1']);
  expect(last().stale).toBe(false);
  expect(events).toHaveLength(1);
  const [event] = events;
  expect(event).toMatchObject({ type: 'discoveryFailed', attempt: 1 });
  const { error } = event as { error: Error };
  expect(isEvenkeelError(error, 'ERR_EVENKEEL_DISCOVERY')).toBe(true);
  expect(error.message).toBe('source 2 of 2: connection refused');

  a.fail(new Error('down too'));
  await settle();
  expect(last().stale).toBe(true);
  expect(ids()).toEqual(['x:1', 'y:1']);
  await clock.advanceAsync(1_000);
  expect(last().stale).toBe(false);
  await close();
});

test('garbage of one source costs nobody: its last good share stays, and the event names it', async () => {
  const [a, b] = [manualDiscovery(['x:1']), manualDiscovery(['y:1'])];
  const { ids, events, close } = run([a, b]);
  await settle();
  b.push({ endpoints: [{ ...toEndpoint('y:1'), port: -1 }] });
  await settle();
  expect(ids()).toEqual(['x:1', 'y:1']);
  expect(events.map((event) => event.type === 'snapshotRejected' && event.message)).toEqual([
    'source 2 of 2: no endpoint of the snapshot is valid: the last good ones stay',
    'source 2 of 2: endpoint "y:1" left out: endpoint.port: got -1, expected an integer from 1 to 65535',
  ]);
  await close();
});

test('an endpoint keeps its id when the source that named it forgets it', async () => {
  const named = manualDiscovery([{ address: '10.0.0.1:80', id: 'orders-1' }]);
  const { clock, ids, close } = run([named, staticDiscovery(['10.0.0.1:80', '10.0.0.2:80'])]);
  await settle();
  expect(ids()).toEqual(['orders-1', '10.0.0.2:80']);
  named.push([]);
  await clock.advanceAsync(100);
  expect(ids()).toEqual(['orders-1', '10.0.0.2:80']);
  named.push([{ address: '10.0.0.2:80', id: 'orders-1' }]);
  await clock.advanceAsync(100);
  expect(ids().toSorted()).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
  await close();
});

test('a deregistration counts for the id that the merge gave the endpoint', async () => {
  const late = manualDiscovery();
  const other = manualDiscovery(['10.0.0.1:80', '10.0.0.2:80']);
  const { clock, ids, last, close } = run([late, other]);
  await clock.advanceAsync(1_000);
  late.push([{ address: '10.0.0.1:80', id: 'orders-1' }]);
  await clock.advanceAsync(100);
  expect(ids()).toEqual(['10.0.0.1:80', '10.0.0.2:80']);
  other.push(['10.0.0.2:80']);
  late.push({ endpoints: [], deregistered: ['orders-1'] });
  await clock.advanceAsync(100);
  expect(last().deregistered).toEqual(['10.0.0.1:80']);
  await close();
});

test('a reset of one store is a reset of the whole; deregistrations pass unless another source disagrees', async () => {
  const [a, b] = [manualDiscovery(), manualDiscovery()];
  const { clock, last, close } = run([a, b]);
  const endpoints = [toEndpoint('x:1'), toEndpoint('y:1')];
  a.push({ endpoints, epoch: 'one', revision: 5 });
  b.push({ endpoints: [toEndpoint('x:1')] });
  await settle();
  const { epoch } = last();
  a.push({ endpoints: [], epoch: 'one', revision: 6, deregistered: ['x:1', 'y:1'] });
  await clock.advanceAsync(100);
  expect(last()).toMatchObject({ epoch, deregistered: ['y:1'] });
  a.push({ endpoints, epoch: 'two', revision: 1 });
  await clock.advanceAsync(100);
  expect(last().epoch).not.toBe(epoch);
  expect(last().deregistered).toEqual([]);
  await close();
});

test('merges nest, and their events say where', async () => {
  const inner = manualDiscovery(['x:1']);
  const clock = manualClock();
  const nested = mergeDiscovery([inner], { clock, random: seededRandom(2) });
  const { ids, events, close } = run([nested, staticDiscovery(['y:1'])]);
  await settle();
  expect(ids()).toEqual(['x:1', 'y:1']);
  inner.fail(new Error('down'));
  await settle();
  expect((events[0] as { error: Error }).error.message).toBe('source 1 of 2: source 1 of 1: down');
  await close();
  expect(inner.watchers).toBe(0);
});

test('no source at all is refused', () => {
  expect(() => mergeDiscovery([])).toThrow('sources: got an array, expected at least one discovery');
});

test('a source that stays silent is given up, as if its endpoints had left by themselves', async () => {
  let up = true;
  const fickle: Discovery = {
    async *watch({ signal }) {
      if (!up) throw new Error('registry is away');
      yield { endpoints: [toEndpoint('b:1'), toEndpoint('c:1')] };
      await new Promise((resolve, reject) => {
        fall = () => reject(new Error('connection lost'));
        signal.addEventListener('abort', resolve, { once: true });
      });
    },
  };
  let fall = (): void => expect.unreachable('nobody watches');
  const { clock, last, ids, events, close } = run([staticDiscovery(['a:1', 'b:1']), fickle], {
    maxStaleMs: 60_000,
  });
  await settle();
  up = false;
  fall();
  await clock.advanceAsync(59_999);
  expect(ids()).toEqual(['a:1', 'b:1', 'c:1']);
  await clock.advanceAsync(1);
  // b is still listed by the other one.
  expect(ids()).toEqual(['a:1', 'b:1']);
  expect(last().deregistered).toEqual(['c:1']);
  expect(events.map((event) => (event.type === 'snapshotRejected' ? event.message : ''))).toContain(
    'source 2 of 2: its endpoints are given up after 60000 ms without news',
  );
  up = true;
  await clock.advanceAsync(10_000);
  expect(ids()).toEqual(['a:1', 'b:1', 'c:1']);
  await clock.advanceAsync(120_000);
  expect(ids()).toEqual(['a:1', 'b:1', 'c:1']);
  await close();
  expect(clock.pendingTimers).toBe(0);
});

test('an endless patience is the default', async () => {
  const dead = manualDiscovery(['b:1']);
  const { clock, ids, close } = run([staticDiscovery(['a:1']), { watch: dying(dead) }]);
  await settle();
  await clock.advanceAsync(24 * 3_600_000);
  expect(ids()).toEqual(['a:1', 'b:1']);
  await close();
});

/** Yields what the discovery has, once, and fails from then on. */
function dying(discovery: Discovery): Discovery['watch'] {
  let served = false;
  return async function* (options) {
    if (!served) {
      for await (const snapshot of discovery.watch(options)) {
        served = true;
        yield snapshot;
        break;
      }
    }
    throw new Error('gone');
  };
}
