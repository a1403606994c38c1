import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { KeyValueStore } from '../store/key-value-store.ts';

/** How {@link testKeyValueStore} makes drivers. */
export interface TestKeyValueStoreOptions {
  /** The `test` or `it` of the runner in use. */
  readonly test: (name: string, body: () => Promise<void>) => unknown;
  /** Makes a driver of its own over the same store as all others; the suite closes it. */
  readonly make: () => KeyValueStore | Promise<KeyValueStore>;
}

const WITHIN_MS = 5_000;
let runs = 0;

/**
 * Registers the tests that every driver of the cache passes: bytes come back as they were, values end with their time, `add` is
 * one step, an abort ends a call, messages reach every subscriber.
 *
 * @param options the runner and the factory of drivers
 */
export function testKeyValueStore({ test, make }: TestKeyValueStoreOptions): void {
  const run = (name: string, body: (bench: KeyValueBench) => Promise<void>): void => {
    test(name, async () => {
      await using bench = new KeyValueBench(make);
      await body(bench);
    });
  };

  run('gives back the bytes that were set, also none and all there are', async (bench) => {
    const { driver, key, options } = await bench.open();
    const values = [
      Buffer.alloc(0),
      Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
      Buffer.from('EN\r\nVA 1\r\n$-1\r\nHD\r\n'),
      Buffer.alloc(300_000, 'x\r\n'),
    ];
    for (const [index, value] of values.entries()) await driver.set(key(index), value, options);
    const read = await driver.getMany(
      values.map((_, index) => key(index)),
      options,
    );
    for (const [index, value] of values.entries())
      assert.ok(value.equals(read[index] ?? Buffer.from('?')), `${index}`);
  });

  run('takes values of several MiB', async (bench) => {
    const { driver, key, options } = await bench.open();
    const length = Math.min(driver.maxValueBytes, 5 * 1_024 * 1_024);
    const value = Buffer.from(Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) & 255));
    await driver.set(key(0), value, options);
    const [read] = await driver.getMany([key(0)], options);
    assert.ok(read?.equals(value));
    await driver.set(key(0), Buffer.from('short'), options);
    assert.equal((await driver.getMany([key(0)], options))[0]?.toString(), 'short');
  });

  run('reads many keys in their order, with undefined for what is missing', async (bench) => {
    const { driver, key, options } = await bench.open();
    for (const index of [0, 2, 4]) await driver.set(key(index), Buffer.from(`${index}`), options);
    const keys = [4, 3, 2, 1, 0, 4].map(key);
    const read = await driver.getMany(keys, options);
    assert.deepEqual(read.map(String), ['4', 'undefined', '2', 'undefined', '0', '4']);
    assert.deepEqual(await driver.getMany([], options), []);
  });

  run('takes keys of 200 characters of any printable ASCII', async (bench) => {
    const { driver, key, options } = await bench.open();
    const ascii = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join('');
    const long = `${key(0)}${ascii}`.padEnd(200, '*').slice(0, 200);
    await driver.set(long, Buffer.from('long'), options);
    await driver.set(long.slice(0, -1), Buffer.from('shorter'), options);
    assert.deepEqual((await driver.getMany([long, long.slice(0, -1)], options)).map(String), [
      'long',
      'shorter',
    ]);
  });

  run('is the same store for every driver', async (bench) => {
    const [one, other] = [await bench.open(), await bench.open()];
    await one.driver.set(bench.key(0), Buffer.from('a'), one.options);
    assert.equal(String((await other.driver.getMany([bench.key(0)], other.options))[0]), 'a');
    await other.driver.delete(bench.key(0), other.options);
    assert.deepEqual(await one.driver.getMany([bench.key(0)], one.options), [undefined]);
    await other.driver.delete(bench.key(0), other.options);
  });

  run('forgets a value when its time has passed, and not before', async (bench) => {
    const { driver, key, options } = await bench.open();
    await driver.set(key(0), Buffer.from('short'), { ...options, ttlMs: 1_100 });
    await driver.set(key(1), Buffer.from('month'), { ...options, ttlMs: 40 * 86_400_000 });
    assert.equal(String((await driver.getMany([key(0)], options))[0]), 'short');
    await bench.until(async () => (await driver.getMany([key(0)], options))[0] === undefined);
    assert.equal(String((await driver.getMany([key(1)], options))[0]), 'month');
  });

  run('adds where there is nothing, as one step', async (bench) => {
    const drivers = [await bench.open(), await bench.open(), await bench.open()];
    const tries = Array.from({ length: 30 }, (_, index) => {
      const { driver, options } = drivers[index % 3] as (typeof drivers)[number];
      return driver.add(bench.key(0), Buffer.from(`${index}`), options);
    });
    const won = (await Promise.all(tries)).flatMap((added, index) => (added ? [`${index}`] : []));
    assert.equal(won.length, 1);
    const { driver, options } = drivers[0] as (typeof drivers)[number];
    assert.equal(String((await driver.getMany([bench.key(0)], options))[0]), won[0]);
    await driver.delete(bench.key(0), options);
    assert.equal(await driver.add(bench.key(0), Buffer.from('again'), options), true);
  });

  run('adds again once the time of the first one has passed', async (bench) => {
    const { driver, key, options } = await bench.open();
    assert.equal(await driver.add(key(0), Buffer.from('1'), { ...options, ttlMs: 1_100 }), true);
    assert.equal(await driver.add(key(0), Buffer.from('2'), options), false);
    await bench.until(() => driver.add(key(0), Buffer.from('3'), options));
    assert.equal(String((await driver.getMany([key(0)], options))[0]), '3');
  });

  run('rejects calls whose signal is aborted', async (bench) => {
    const { driver, key } = await bench.open();
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(driver.getMany([key(0)], { signal }), /enough/);
    await assert.rejects(driver.set(key(0), Buffer.from('x'), { signal, ttlMs: 1_000 }), /enough/);
    await assert.rejects(driver.add(key(0), Buffer.from('x'), { signal, ttlMs: 1_000 }), /enough/);
    await assert.rejects(driver.delete(key(0), { signal }), /enough/);
  });

  run('carries many calls at once', async (bench) => {
    const { driver, key, options } = await bench.open();
    const numbers = Array.from({ length: 300 }, (_, index) => index);
    await Promise.all(numbers.map((index) => driver.set(key(index), Buffer.from(`${index}`), options)));
    const read = await Promise.all(numbers.map((index) => driver.getMany([key(index)], options)));
    assert.deepEqual(
      read.map(([value]) => String(value)),
      numbers.map(String),
    );
  });

  run('publishes to every subscriber, if it publishes at all', async (bench) => {
    const [one, other] = [await bench.open(), await bench.open()];
    const text = `${bench.key(0)} ${bench.key(1)}`;
    if (one.driver.subscribe === undefined || other.driver.publish === undefined) {
      assert.equal(one.driver.publish, undefined);
      assert.equal(one.driver.subscribe, undefined);
      return;
    }
    const heard: string[] = [];
    let live = false;
    using _subscription = one.driver.subscribe({
      onMessage: (message) => heard.push(message),
      onLive: (now) => {
        live = now;
      },
    });
    await bench.until(async () => live);
    await other.driver.publish(text, other.options);
    await bench.until(async () => heard.includes(text));
  });

  run('closes twice', async (bench) => {
    const { driver } = await bench.open();
    await driver.close();
    await driver.close();
  });
}

class KeyValueBench implements AsyncDisposable {
  private readonly drivers: KeyValueStore[] = [];
  private readonly make: TestKeyValueStoreOptions['make'];
  private readonly prefix = `contract:${process.pid}.${runs++}.${Math.random()}:`;

  constructor(make: TestKeyValueStoreOptions['make']) {
    this.make = make;
  }

  readonly key = (index: number): string => `${this.prefix}${index}`;

  async open() {
    const driver = await this.make();
    this.drivers.push(driver);
    const options = { signal: AbortSignal.timeout(WITHIN_MS), ttlMs: 60_000 };
    return { driver, key: this.key, options };
  }

  async until(holds: () => Promise<boolean>): Promise<void> {
    for (const end = performance.now() + WITHIN_MS; !(await holds()); await setTimeout(5)) {
      assert.ok(performance.now() < end, `within ${WITHIN_MS} ms`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const driver of this.drivers) await driver.close();
  }
}
