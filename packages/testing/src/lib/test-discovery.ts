import assert from 'node:assert/strict';
import type { Discovery, Snapshot } from '@evenkeel/core';
import { settle } from '@evenkeel/core/testing';
import type { RegisterTest } from './register-test.ts';

/** One discovery and the registry behind it, as {@link testDiscovery} drives them. */
export interface DiscoveryFixture {
  readonly discovery: Discovery;
  /** Makes the registry hold exactly these `host:port` endpoints. */
  publish(addresses: readonly string[]): void | Promise<void>;
  /** Makes the registry fail so that an open watch must throw; without it that test is left out. */
  fail?(): void | Promise<void>;
  /** Sockets, timers and watches that are open; without it nothing is checked after an abort but its end. */
  openHandles?(): number;
  /** Frees the fixture. */
  close?(): void | Promise<void>;
}

/** How {@link testDiscovery} makes a discovery. */
export interface TestDiscoveryOptions {
  /** The `test` or `it` of the runner in use. */
  readonly test: RegisterTest;
  /** Makes a discovery over a registry that knows nothing yet. */
  readonly make: () => DiscoveryFixture | Promise<DiscoveryFixture>;
  /** How long to wait for a snapshot or for the end of a watch, in ms. @default 5,000 */
  readonly timeoutMs?: number;
}

/**
 * Registers the tests that every discovery passes: snapshots are complete, an abort ends the watch and leaves nothing
 * open, a slow consumer gets the newest, watches are independent, failures are thrown.
 *
 * @param options the runner, and the factory of discovery and registry
 */
export function testDiscovery(options: TestDiscoveryOptions): void {
  const { test, make, timeoutMs = 5_000 } = options;

  const run = (name: string, body: (bench: Bench) => Promise<void>): void => {
    test(name, async () => {
      const bench = new Bench(await make(), timeoutMs);
      try {
        await body(bench);
      } finally {
        await bench.close();
      }
    });
  };

  run('yields complete snapshots, not changes', async (bench) => {
    const watch = bench.watch();
    for (const set of [[A, B], [A, B, C], [C]]) {
      await bench.fixture.publish(set);
      await watch.until(set);
    }
  });

  run('tells a new watch what is there already', async (bench) => {
    await bench.fixture.publish([A, B]);
    await bench.watch().until([A, B]);
    await bench.watch().until([A, B]);
  });

  run('yields endpoints with unique ids and usable weights and ports', async (bench) => {
    await bench.fixture.publish([A, B, C]);
    const { endpoints } = await bench.watch().until([A, B, C]);
    assert.equal(new Set(endpoints.map((endpoint) => endpoint.id)).size, 3);
    for (const { id, weight, priority, metadata } of endpoints) {
      assert.ok(id.length > 0);
      assert.ok(weight >= 0 && Number.isFinite(weight));
      assert.ok(Number.isInteger(priority) && priority >= 0);
      assert.equal(typeof metadata, 'object');
    }
  });

  run('hands a slow consumer the newest snapshot, not a backlog', async (bench) => {
    const watch = bench.watch();
    await bench.fixture.publish([A]);
    await watch.until([A]);
    for (let port = 8_000; port < 8_010; port++) {
      await bench.fixture.publish([`127.0.0.1:${port}`, B]);
      await settle();
    }
    await bench.fixture.publish([B, C]);
    await watch.until([B, C]);
    assert.ok(watch.reads <= 6, `read ${watch.reads} snapshots for 12 changes`);
  });

  run('ends soon after an abort, with no error but the abort, and leaves nothing open', async (bench) => {
    const idle = bench.fixture.openHandles?.();
    await bench.fixture.publish([A]);
    const watch = bench.watch();
    await watch.until([A]);
    const end = watch.next();
    watch.abort();
    assert.equal(await end, undefined);
    assert.equal(await watch.next(), undefined);
    assert.equal(bench.fixture.openHandles?.(), idle);
  });

  run('ends at once when it is aborted before it starts', async (bench) => {
    const idle = bench.fixture.openHandles?.();
    await bench.fixture.publish([A]);
    const watch = bench.watch();
    watch.abort();
    assert.equal(await watch.next(), undefined);
    assert.equal(bench.fixture.openHandles?.(), idle);
  });

  run('leaves nothing open when the consumer stops reading', async (bench) => {
    const idle = bench.fixture.openHandles?.();
    await bench.fixture.publish([A]);
    const watch = bench.watch();
    await watch.until([A]);
    await watch.stop();
    assert.equal(bench.fixture.openHandles?.(), idle);
  });

  run('keeps one watch going when another ends', async (bench) => {
    await bench.fixture.publish([A]);
    const [first, second] = [bench.watch(), bench.watch()];
    await Promise.all([first.until([A]), second.until([A])]);
    const end = first.next();
    first.abort();
    assert.equal(await end, undefined);
    await bench.fixture.publish([A, B]);
    await second.until([A, B]);
  });

  run('throws when the registry fails, if the fixture can make it fail', async (bench) => {
    if (bench.fixture.fail === undefined) return;
    const idle = bench.fixture.openHandles?.();
    await bench.fixture.publish([A]);
    const watch = bench.watch();
    await watch.until([A]);
    const next = watch.next();
    await Promise.all([assert.rejects(next), bench.fixture.fail()]);
    assert.equal(bench.fixture.openHandles?.(), idle);
  });
}

const A = '127.0.0.1:7001';
const B = '127.0.0.1:7002';
const C = '127.0.0.1:7003';

class Bench {
  readonly fixture: DiscoveryFixture;
  private readonly timeoutMs: number;
  private readonly watches: Watch[] = [];

  constructor(fixture: DiscoveryFixture, timeoutMs: number) {
    this.fixture = fixture;
    this.timeoutMs = timeoutMs;
  }

  watch(): Watch {
    const watch = new Watch(this.fixture.discovery, this.timeoutMs);
    this.watches.push(watch);
    return watch;
  }

  async close(): Promise<void> {
    for (const watch of this.watches) watch.abort();
    await this.fixture.close?.();
  }
}

/** One consumer of a discovery that gives up, instead of hanging, after the time limit. */
class Watch {
  reads = 0;
  private readonly controller = new AbortController();
  private readonly iterator: AsyncIterator<Snapshot>;
  private readonly timeoutMs: number;

  constructor(discovery: Discovery, timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.iterator = discovery.watch({ signal: this.controller.signal })[Symbol.asyncIterator]();
  }

  /** The next snapshot; undefined at the end. */
  async next(): Promise<Snapshot | undefined> {
    try {
      const result = await this.within(this.iterator.next(), 'neither a snapshot nor an end');
      if (result.done === true) return undefined;
      this.reads++;
      return result.value;
    } catch (error) {
      if (this.isAbort(error)) return undefined;
      throw error;
    }
  }

  /** Reads on until a snapshot has exactly these addresses. */
  async until(addresses: readonly string[]): Promise<Snapshot> {
    const wanted = [...addresses].sort().join();
    let seen = 'nothing';
    for (let i = 0; i < 50; i++) {
      const snapshot = await this.next();
      assert.ok(snapshot, `the watch ended before it showed ${wanted}; last seen: ${seen}`);
      seen = snapshot.endpoints
        .map(({ host, port }) => `${host}:${port}`)
        .sort()
        .join();
      if (seen === wanted) return snapshot;
    }
    return assert.fail(`no snapshot showed ${wanted}; last seen: ${seen}`);
  }

  abort(): void {
    this.controller.abort();
  }

  async stop(): Promise<void> {
    if (this.iterator.return !== undefined)
      await this.within(this.iterator.return(), 'no end after the consumer stopped');
  }

  /** An aborted watch may end by throwing the abort, as whatever it waits for does. */
  private isAbort(error: unknown): boolean {
    const { signal } = this.controller;
    return signal.aborted && (error === signal.reason || (error as Error | undefined)?.name === 'AbortError');
  }

  private async within<T>(promise: Promise<T>, complaint: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${complaint} within ${this.timeoutMs} ms`)), this.timeoutMs);
    });
    try {
      return await Promise.race([promise, limit]);
    } finally {
      clearTimeout(timer);
    }
  }
}
