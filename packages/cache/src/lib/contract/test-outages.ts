import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { cache } from '../interceptor/cache.ts';
import type { CacheStore } from '../store/cache-store.ts';
import { createCacheStore } from '../store/create-cache-store.ts';
import type { KeyValueStore } from '../store/key-value-store.ts';
import type { StoreEvent } from '../store/store-event.ts';

/** The server behind a driver, to be broken. */
export interface OutageServer {
  /** Connections stay open, and nothing answers. */
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  /** Starts it again, empty. */
  restart(): Promise<void>;
}

/** How {@link testOutages} makes caches. */
export interface TestOutagesOptions {
  /** The `test` or `it` of the runner in use. */
  readonly test: (name: string, body: () => Promise<void>) => unknown;
  /** Puts an interceptor before a dispatcher of undici. */
  readonly compose: (interceptor: Dispatcher.DispatcherComposeInterceptor) => Dispatcher;
  readonly makeDriver: () => KeyValueStore;
  readonly server: () => OutageServer;
}

/** How soon a store that returned is used again, in ms. */
const BACK_WITHIN_MS = 2_000;
const WORKERS = 16;
let runs = 0;

/** Registers the tests of a store that is killed or frozen under load: no request fails, and it is in use again soon after its return. */
export function testOutages({ test, compose, makeDriver, server }: TestOutagesOptions): void {
  const outage = (
    name: string,
    breakIt: () => Promise<void> | void,
    mendIt: () => Promise<void> | void,
  ): void => {
    test(`fails no request while the store is ${name}, and uses it again within 2 s of its return`, async () => {
      await using load = await Load.start(compose, makeDriver());
      await load.requests(200);
      assert.ok(load.hits > 0);
      await breakIt();
      await load.until(() => load.store.down);
      await load.requests(500);
      await mendIt();
      const since = performance.now();
      await load.until(() => !load.store.down);
      assert.ok(performance.now() - since < BACK_WITHIN_MS, `back after ${performance.now() - since} ms`);
      const { hits } = load;
      await load.until(() => load.hits > hits);
      await load.requests(100);
      assert.deepEqual(load.failures, []);
    });
  };

  outage(
    'killed',
    () => server().kill(),
    () => server().restart(),
  );
  outage(
    'frozen',
    () => server().pause(),
    () => server().resume(),
  );

  test('a purge that the store could not be told is told before the store is used again', async () => {
    const prefix = `outage${process.pid}.${runs++}`;
    const events: StoreEvent[] = [];
    const one = createCacheStore({
      driver: makeDriver(),
      prefix,
      timeoutMs: 200,
      onEvent: (event) => events.push(event),
    });
    const other = createCacheStore({ driver: makeDriver(), prefix, timeoutMs: 2_000, memoryBytes: 0 });
    const key = { origin: 'http://a', path: '/', method: 'GET', headers: {} };
    try {
      const { slot } = await one.lookup(key);
      const now = Date.now();
      const times = { cachedAt: now, staleAt: now + 60_000, deleteAt: now + 60_000 };
      const head = {
        statusCode: 200,
        statusMessage: 'OK',
        headers: {},
        vary: {},
        cacheControlDirectives: {},
      };
      assert.equal(one.put(slot, { ...head, ...times, body: Buffer.from('old') }), true);
      await one.settled();
      assert.equal((await other.lookup(key)).response?.body.toString(), 'old');
      server().pause();
      assert.deepEqual(await one.purgeUrl('http://a/'), { shared: false });
      assert.equal(one.down, true);
      assert.equal((await one.lookup(key)).response, undefined);
      server().resume();
      await poll(() => !one.down);
      assert.equal((await one.lookup(key)).response, undefined);
      assert.equal((await other.lookup(key)).response, undefined);
      assert.deepEqual(events.map(({ type }) => type).slice(-1), ['storeRecovered']);
    } finally {
      server().resume();
      await Promise.all([one.close(), other.close()]);
    }
  });
}

/** Clients that ask without a pause, through a cache with a driver. */
class Load implements AsyncDisposable {
  readonly failures: unknown[] = [];
  hits = 0;
  private answered = 0;
  private ended = false;
  private readonly workers: Promise<void>[];
  readonly store: CacheStore;
  private readonly dispatcher: Dispatcher;
  private readonly origin: ReturnType<typeof createServer>;

  private constructor(store: CacheStore, dispatcher: Dispatcher, origin: ReturnType<typeof createServer>) {
    this.store = store;
    this.dispatcher = dispatcher;
    this.origin = origin;
    this.workers = Array.from({ length: WORKERS }, (_, index) => this.work(index));
  }

  static async start(compose: TestOutagesOptions['compose'], driver: KeyValueStore): Promise<Load> {
    const origin = createServer((request, response) => {
      response.writeHead(200, { 'cache-control': 'max-age=60' }).end(`body of ${request.url}`);
    });
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve));
    // Without memory every hit comes from the shared store.
    const store = createCacheStore({
      driver,
      prefix: `load${process.pid}.${runs++}`,
      timeoutMs: 250,
      memoryBytes: 0,
    });
    return new Load(store, compose(cache({ store, collapseMs: 0 })), origin);
  }

  requests(count: number): Promise<void> {
    const goal = this.answered + count;
    return this.until(() => this.answered >= goal);
  }

  until(holds: () => boolean): Promise<void> {
    return poll(() => holds() || this.failures.length > 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ended = true;
    await Promise.all(this.workers);
    await this.dispatcher.destroy();
    await this.store.close();
    this.origin.closeAllConnections();
    await new Promise((resolve) => this.origin.close(resolve));
  }

  private async work(index: number): Promise<void> {
    const { port } = this.origin.address() as AddressInfo;
    for (let turn = index; !this.ended; turn += WORKERS) {
      // What is answered from memory takes no turn of the event loop, and 16 such workers would leave none to the store.
      await setImmediate();
      const path = `/${turn % 40}`;
      try {
        const { statusCode, headers, body } = await this.dispatcher.request({
          origin: `http://127.0.0.1:${port}`,
          path,
          method: 'GET',
        });
        const text = await body.text();
        if (statusCode !== 200 || text !== `body of ${path}`) this.failures.push(`${statusCode} ${text}`);
        if (String(headers['cache-status']).includes('; hit')) this.hits += 1;
        this.answered += 1;
      } catch (error) {
        this.failures.push(error);
      }
    }
  }
}

async function poll(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 10_000; !holds(); await setTimeout(5)) {
    assert.ok(performance.now() < end, 'within 10 s');
  }
}
