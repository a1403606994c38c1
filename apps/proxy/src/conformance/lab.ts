import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import {
  type CacheOptions,
  type CacheStore,
  type CacheStoreOptions,
  cache,
  createCacheStore,
  type KeyValueStore,
} from '@evenkeel/cache';
import { createCluster, staticDiscovery } from '@evenkeel/core';
import { createProxy, type ReverseProxy } from '@evenkeel/proxy';
import { roundRobin } from '@evenkeel/strategies';
import { type Answer, type FieldLines, parseAnswer } from './message.ts';
import { type RawOrigin, type Reaction, rawOrigin, type SeenRequest } from './raw-origin.ts';

/** How the cache of a lab differs from the default one. */
export interface LabOptions {
  readonly cache?: Omit<CacheOptions, 'store' | 'now'>;
  readonly store?: Omit<CacheStoreOptions, 'driver' | 'now' | 'prefix'>;
}

/** A request of a test. */
export interface Ask {
  readonly method?: string;
  /** The request target; what comes after the case's own path unless it is whole. */
  readonly target?: string;
  readonly fields?: FieldLines;
  readonly host?: string;
  readonly body?: string;
}

/** What the origin answers, without its framing. */
export interface Reply {
  readonly status?: number;
  readonly fields?: FieldLines;
  /** @default the number of the request */
  readonly body?: string;
  /** Sends no Date. */
  readonly dateless?: boolean;
}

let labs = 0;

/** Proxies with a cache, one or two that share a store, before one origin; all speak in bytes, and the wall clock is moved by hand. */
export class Lab implements AsyncDisposable {
  private readonly origin: RawOrigin;
  private readonly proxies: readonly { readonly proxy: ReverseProxy; readonly port: number }[];
  private readonly clusters: readonly AsyncDisposable[];
  private readonly frozenAt = Math.ceil(Date.now() / 1_000) * 1_000;
  private movedMs = 0;
  private turn = 0;
  private cases = 0;
  readonly stores: readonly CacheStore[];
  /** Begins the targets of the running case. */
  path = '/';

  private constructor(
    origin: RawOrigin,
    { cache: options, store }: LabOptions,
    drivers: readonly (KeyValueStore | undefined)[],
  ) {
    this.origin = origin;
    const now = (): number => this.now();
    const prefix = `lab${process.pid}.${labs++}`;
    this.stores = drivers.map((driver) =>
      createCacheStore({
        timeoutMs: 5_000,
        // Every read asks the shared store, so that no test depends on how fast a message is.
        ...(driver && { driver, trustMs: 0, blindTrustMs: 0 }),
        ...store,
        prefix,
        now,
      }),
    );
    const built = this.stores.map((one) => {
      const cluster = createCluster({
        name: 'api',
        discovery: staticDiscovery([origin.address]),
        strategy: roundRobin(),
        outlierDetection: false,
      });
      const proxy = createProxy({
        routes: [{ cluster: 'api', cache: cache({ ...options, store: one, now }) }],
        clusters: [cluster],
        client: { retry: false },
      });
      return { cluster, proxy };
    });
    this.clusters = built.map(({ cluster }) => ({ [Symbol.asyncDispose]: () => cluster.close() }));
    this.proxies = built.map(({ proxy }) => ({ proxy, port: 0 }));
  }

  /** @param drivers one for each proxy; undefined for its memory alone */
  static async open(options: LabOptions, drivers: readonly (KeyValueStore | undefined)[]): Promise<Lab> {
    const lab = new Lab(await rawOrigin(), options, drivers);
    for (const entry of lab.proxies) {
      Object.assign(entry, { port: (await entry.proxy.listen({ port: 0, host: '127.0.0.1' })).port });
    }
    return lab;
  }

  /** Begins a case: nothing that another one stored is found. */
  begin(): void {
    this.cases += 1;
    this.path = `/case${this.cases}`;
    this.seen.length = 0;
    this.serve({});
  }

  get seen(): SeenRequest[] {
    return this.origin.seen;
  }

  get store(): CacheStore {
    const [first] = this.stores;
    assert.ok(first);
    return first;
  }

  /** The URL of the case, as purges name it. */
  get url(): string {
    return `http://api${this.path}`;
  }

  now(): number {
    return this.frozenAt + this.movedMs;
  }

  advance(seconds: number): void {
    this.movedMs += seconds * 1_000;
  }

  /** An HTTP date so many seconds from now. */
  date(seconds = 0): string {
    return new Date(this.now() + seconds * 1_000).toUTCString();
  }

  /** Sets what the origin answers. */
  serve(reply: Reply | ((request: SeenRequest) => Reply)): void {
    this.origin.react = (request) =>
      this.bytesOf(typeof reply === 'function' ? reply(request) : reply, request);
  }

  /** Sets which bytes the origin sends. */
  react(reaction: Reaction | ((request: SeenRequest) => Reaction | Promise<Reaction>)): void {
    this.origin.react = typeof reaction === 'function' ? reaction : () => reaction;
  }

  /** The bytes of a reply. */
  bytesOf({ status = 200, fields = [], body, dateless = false }: Reply, request?: SeenRequest): string {
    const has = (name: string): boolean => fields.some((line) => line.toLowerCase().startsWith(`${name}:`));
    const text = status === 304 || status === 204 ? '' : (body ?? `${this.seen.length}`);
    const lines = [...fields];
    if (!dateless && !has('date')) lines.push(`Date: ${this.date()}`);
    const framed = has('content-length') || has('transfer-encoding') || status === 304 || status === 204;
    if (!framed) lines.push(`Content-Length: ${text.length}`);
    const head = [`HTTP/1.1 ${status} Reason`, ...lines].join('\r\n');
    return `${head}\r\n\r\n${request?.method === 'HEAD' ? '' : text}`;
  }

  /** Sends a request through the next proxy, and waits until what it stores is stored. */
  async ask(ask: Ask = {}): Promise<Answer> {
    const { method = 'GET', target = '', fields = [], host = 'www.example.com', body } = ask;
    const whole = /^[a-z]+:\/\//i.test(target) ? target : `${this.path}${target}`;
    const lines = [`${method} ${whole} HTTP/1.1`, `Host: ${host}`, ...fields];
    if (body !== undefined) lines.push(`Content-Length: ${body.length}`);
    lines.push('Connection: close');
    return this.bytes(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`, method);
  }

  /** Sends bytes through the next proxy and reads until it closes the connection. */
  async bytes(text: string, method = 'GET'): Promise<Answer> {
    const { port } = this.proxies[this.turn++ % this.proxies.length] as { port: number };
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.write(text, 'latin1');
    await once(socket, 'close');
    await this.settled();
    return parseAnswer(received, method);
  }

  async settled(): Promise<void> {
    await Promise.all(this.stores.map((store) => store.settled()));
  }

  /** Repeats a check until it holds, at most 5 s. */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (const end = performance.now() + 5_000; !(await holds()); await setTimeout(5)) {
      assert.ok(performance.now() < end, 'within 5 s');
    }
  }

  /** Asks twice, the second time after a while, and says whether the origin saw only the first one. */
  async reuses(first: Ask = {}, second: Ask = first, waitSeconds = 0): Promise<boolean> {
    const before = this.seen.length;
    await this.ask(first);
    assert.equal(this.seen.length, before + 1, 'the first request reaches the origin');
    this.advance(waitSeconds);
    const { hit } = await this.ask(second);
    assert.equal(hit, this.seen.length === before + 1, 'Cache-Status tells the truth');
    return hit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { proxy } of this.proxies) await proxy.close({ graceMs: 0 });
    for (const cluster of this.clusters) await cluster[Symbol.asyncDispose]();
    for (const store of this.stores) await store.close();
    await this.origin[Symbol.asyncDispose]();
  }
}
