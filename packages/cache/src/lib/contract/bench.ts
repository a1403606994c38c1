import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { cache } from '../interceptor/cache.ts';
import type { CacheOptions } from '../interceptor/cache-options.ts';
import type { CacheStore } from '../store/cache-store.ts';
import { createCacheStore } from '../store/create-cache-store.ts';
import type { KeyValueStore } from '../store/key-value-store.ts';
import type { CacheStoreOptions } from '../store/store-options.ts';
import { type HeardDrivers, heardDrivers } from './heard-driver.ts';

/** What the origin of a test answers. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Sends no Date. */
  readonly dateless?: boolean;
}

/** What a client got. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The last member of Cache-Status. */
  readonly cacheStatus: string;
}

/** A request of a test. */
export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
}

/** What a bench is made of. */
export interface BenchOptions {
  readonly compose: (interceptor: Dispatcher.DispatcherComposeInterceptor) => Dispatcher;
  /** With one, requests go to two instances in turn that share nothing else. */
  readonly makeDriver?: (() => KeyValueStore | Promise<KeyValueStore>) | undefined;
  /** Waits so long before each request, for stores whose messages may overtake each other, in ms. @default 0 */
  readonly settleMs?: number;
  readonly cache?: Omit<CacheOptions, 'store' | 'now'>;
  readonly store?: Omit<CacheStoreOptions, 'driver' | 'now'>;
}

interface Instance {
  readonly store: CacheStore;
  readonly dispatcher: Dispatcher;
}

let benches = 0;

/** A client, one or two caches and an origin on the loopback interface, with a wall clock that is moved by hand. */
export class Bench implements AsyncDisposable {
  /** Requests that reached the origin. */
  readonly seen: IncomingMessage[] = [];
  private readonly instances: readonly Instance[];
  private readonly server: Server;
  private reply: (request: IncomingMessage, response: ServerResponse) => Reply | undefined = () => ({});
  private offsetMs: number;
  private turn = 0;

  private readonly settleMs: number;
  private readonly heard: HeardDrivers | undefined;

  private constructor(
    server: Server,
    instances: (now: () => number) => Instance[],
    heard: HeardDrivers | undefined,
    settleMs: number,
  ) {
    this.settleMs = settleMs;
    this.server = server;
    this.heard = heard;
    // A whole second, so that ages are exact.
    this.offsetMs = 1_000 - (Date.now() % 1_000);
    this.frozenAt = Date.now();
    this.instances = instances(() => this.now());
    server.on('request', (request, response) => this.answer(request, response));
  }

  private readonly frozenAt: number;

  static async open({ compose, makeDriver, settleMs = 0, ...options }: BenchOptions): Promise<Bench> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const heard = makeDriver && heardDrivers([await makeDriver(), await makeDriver()]);
    const drivers = heard?.drivers ?? [undefined];
    const prefix = `bench${process.pid}.${benches++}`;
    const instances = (now: () => number): Instance[] =>
      drivers.map((driver) => {
        const store = createCacheStore({
          ...options.store,
          now,
          prefix,
          timeoutMs: 2_000,
          // A driver without messages cannot tell what the other instance replaced: it is asked each time.
          ...(driver !== undefined && driver.publish === undefined ? { blindTrustMs: 0 } : {}),
          ...(driver === undefined ? {} : { driver }),
        });
        return { store, dispatcher: compose(cache({ ...options.cache, store, now })) };
      });
    return new Bench(server, instances, heard, settleMs);
  }

  get store(): CacheStore {
    return (this.instances[0] as Instance).store;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Stands still except for {@link Bench.advance}. */
  now(): number {
    return this.frozenAt + this.offsetMs;
  }

  advance(seconds: number): void {
    this.offsetMs += seconds * 1_000;
  }

  /** An HTTP date so many seconds from now. */
  date(seconds = 0): string {
    return new Date(this.now() + seconds * 1_000).toUTCString();
  }

  /** Sets what the origin answers; a function that returns nothing has answered by itself. */
  serve(reply: Reply | ((request: IncomingMessage, response: ServerResponse) => Reply | undefined)): void {
    this.reply = typeof reply === 'function' ? reply : () => reply;
  }

  /** Sends a request through the next instance, and waits until what it stores is stored. */
  async get(path: string, ask: Ask = {}): Promise<Answer> {
    const { dispatcher } = this.instances[this.turn++ % this.instances.length] as Instance;
    await this.heard?.settle();
    if (this.settleMs > 0) await setTimeout(this.settleMs);
    const response = await dispatcher.request({
      origin: this.origin,
      path,
      method: (ask.method ?? 'GET') as 'GET',
      ...(ask.headers === undefined ? {} : { headers: ask.headers }),
      ...(ask.body === undefined ? {} : { body: ask.body }),
    });
    const text = await response.body.text();
    await Promise.all(this.instances.map((instance) => instance.store.settled()));
    const status = String(response.headers['cache-status'] ?? '');
    return {
      status: response.statusCode,
      headers: response.headers,
      text,
      cacheStatus: status.split(', ').at(-1) ?? '',
    };
  }

  /** Repeats a check until it holds, at most 5 s. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    for (const end = performance.now() + 5_000; !(await holds()); await setTimeout(5)) {
      assert.ok(performance.now() < end, 'within 5 s');
    }
  }

  /** Sends the same request twice and says whether the origin saw only the first one. */
  async isStored(path: string, ask: Ask = {}, second: Ask = ask): Promise<boolean> {
    const before = this.seen.length;
    await this.get(path, ask);
    assert.equal(this.seen.length, before + 1, 'the first request reaches the origin');
    await this.get(path, second);
    return this.seen.length === before + 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { dispatcher, store } of this.instances) {
      await dispatcher.destroy();
      await store.close();
    }
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    this.seen.push(request);
    request.resume();
    response.sendDate = false;
    const reply = this.reply(request, response);
    if (reply === undefined) return;
    const { status = 200, headers = {}, body = `answer ${this.seen.length}`, dateless = false } = reply;
    if (!dateless && !Object.keys(headers).some((name) => name.toLowerCase() === 'date')) {
      response.setHeader('date', this.date());
    }
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string | string[]);
    response.writeHead(status);
    response.end(status === 304 || status === 204 ? undefined : body);
  }
}
