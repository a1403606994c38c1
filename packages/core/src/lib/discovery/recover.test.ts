import { expect, test } from 'vitest';
import type { DiscoveryFailed } from '../cluster-event.ts';
import type { Discovery, Snapshot } from '../discovery.ts';
import { seededRandom } from '../random.ts';
import { manualClock, settle } from '../testing/manual-clock.ts';
import { manualDiscovery } from '../testing/manual-discovery.ts';
import { recover } from './recover.ts';

const empty: Snapshot = { endpoints: [] };
const forever = (): Promise<never> => new Promise(() => {});

function run(discovery: Discovery) {
  const clock = manualClock();
  const controller = new AbortController();
  const failures: DiscoveryFailed[] = [];
  const snapshots: Snapshot[] = [];
  const { signal } = controller;
  const onFailure = (failure: DiscoveryFailed): void => void failures.push(failure);
  const ended = (async () => {
    await settle();
    for await (const snapshot of recover(discovery, { signal, clock, random: seededRandom(1), onFailure })) {
      snapshots.push(snapshot);
    }
  })();
  return { clock, controller, failures, snapshots, ended };
}

/** What a driver may do wrong; `watches` counts how often it was asked. */
const misbehaving: [string, () => AsyncIterable<Snapshot>][] = [
  [
    'throws at once',
    () => {
      throw new Error('no');
    },
  ],
  [
    'throws in its first step',
    async function* () {
      yield* [];
      throw new Error('no');
    },
  ],
  [
    'yields, then throws',
    async function* () {
      yield empty;
      throw new Error('no');
    },
  ],
  ['ends early', async function* () {}],
  [
    'yields, then ends',
    async function* () {
      yield empty;
    },
  ],
  ['returns no iterable', () => undefined as unknown as AsyncIterable<Snapshot>],
  ['returns no promise', () => ({ [Symbol.asyncIterator]: () => ({ next: () => 1 }) }) as never],
  ['resolves to no result', () => ({ [Symbol.asyncIterator]: () => ({ next: async () => 1 }) }) as never],
  [
    'throws in next()',
    () => ({
      [Symbol.asyncIterator]: () => ({
        next() {
          throw new Error('no');
        },
      }),
    }),
  ],
];

test.each(misbehaving)(
  'a driver that %s is asked at most ten times in any second, and less and less',
  async (name, watch) => {
    const times: number[] = [];
    const { clock, controller, failures, ended } = run({
      watch() {
        times.push(clock.now());
        return watch();
      },
    });
    // Its only result is no object with `done`: the pace of snapshots bounds it, not the back-off.
    if (name === 'resolves to no result') {
      await clock.advanceAsync(1_000);
      expect(times).toHaveLength(1);
    } else {
      await clock.advanceAsync(60_000);
      for (const start of times) {
        expect(times.filter((at) => at >= start && at < start + 1_000).length).toBeLessThanOrEqual(10);
      }
      // Uniform up to 1.8 s: about 63 a minute once the back-off has grown.
      expect(times.length).toBeLessThan(80);
      expect(times.length).toBeGreaterThan(12);
      expect(failures.map(({ attempt }) => attempt)).toEqual(failures.map((_, index) => index + 1));
    }
    controller.abort();
    await ended;
    expect(clock.pendingTimers).toBe(0);
  },
);

test('a watch that lasted 10 s after its first snapshot starts the back-off again', async () => {
  const discovery = manualDiscovery(['a:1']);
  const { clock, controller, failures, snapshots, ended } = run(discovery);
  await clock.advanceAsync(1);
  for (let i = 0; i < 4; i++) {
    discovery.fail(new Error('down'));
    await clock.advanceAsync(6_000);
  }
  expect(failures.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  await clock.advanceAsync(10_000);
  discovery.fail(new Error('down'));
  await clock.advanceAsync(200);
  expect(failures.at(-1)).toMatchObject({ attempt: 1 });
  expect(failures.at(-1)?.retryInMs).toBeLessThanOrEqual(200);
  expect(snapshots).toHaveLength(6);
  controller.abort();
  await ended;
});

test('a watch that waits long and then throws without a snapshot does not start it again', async () => {
  const { clock, controller, failures, ended } = run({
    async *watch() {
      yield* [];
      await new Promise<void>((resolve) => void clock.setTimer(resolve, 30_000));
      throw new Error('timed out');
    },
  });
  await clock.advanceAsync(200_000);
  expect(failures.at(-1)?.attempt).toBe(failures.length);
  expect(failures.length).toBeGreaterThan(4);
  controller.abort();
  await clock.advanceAsync(1_000);
  await ended;
});

test('a driver that yields without ever waiting is slowed to 100 snapshots a second', async () => {
  const { clock, controller, snapshots, ended } = run({
    async *watch() {
      for (;;) yield empty;
    },
  });
  await clock.advanceAsync(1_000);
  expect(snapshots.length).toBeLessThanOrEqual(110);
  expect(snapshots.length).toBeGreaterThan(90);
  controller.abort();
  await ended;
  expect(clock.pendingTimers).toBe(0);
});

test('an abort ends a driver that never yields and pays no heed to its signal', async () => {
  const { clock, controller, ended } = run({
    async *watch() {
      await forever();
      yield empty;
    },
  });
  await clock.advanceAsync(1);
  controller.abort();
  // Its clean-up gets a second, no more.
  await clock.advanceAsync(1_000);
  await ended;
  expect(clock.pendingTimers).toBe(0);
});

test.each([
  ['rejects', () => Promise.reject(new Error('no'))],
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
])('a return() that %s harms nobody', async (_name, end) => {
  const { clock, controller, snapshots, ended } = run({
    watch: () => ({
      [Symbol.asyncIterator]: () => ({
        next: () => (snapshots.length === 0 ? Promise.resolve({ value: empty }) : forever()),
        return: end,
      }),
    }),
  });
  await clock.advanceAsync(1);
  expect(snapshots).toHaveLength(1);
  controller.abort();
  await ended;
  expect(clock.pendingTimers).toBe(0);
});

test('the driver gets to clean up, and a signal of its own for each watch', async () => {
  const signals: AbortSignal[] = [];
  let cleaned = 0;
  const { clock, controller, ended } = run({
    async *watch({ signal }) {
      signals.push(signal);
      try {
        if (signals.length === 1) throw new Error('first');
        yield empty;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      } finally {
        cleaned++;
      }
    },
  });
  await clock.advanceAsync(1_000);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  controller.abort();
  await ended;
  expect(cleaned).toBe(2);
  expect(signals[1]?.aborted).toBe(true);
});

test('an abort that comes first opens no watch', async () => {
  const clock = manualClock();
  const watch = recover(
    {
      watch() {
        throw new Error('must not be called');
      },
    },
    { signal: AbortSignal.abort(), clock, random: Math.random, onFailure: () => expect.unreachable() },
  );
  expect(await watch.next()).toEqual({ done: true, value: undefined });
});
