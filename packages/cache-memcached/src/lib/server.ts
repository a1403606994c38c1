import { type Clock, TimeoutError } from '@evenkeel/core';
import { Connection, type ConnectionOptions } from './connection.ts';

/** What a server needs beside its connection. */
export interface ServerOptions extends ConnectionOptions {
  /** How long nothing may move while an answer is due, in ms; undefined leaves that to the caller's signal. */
  readonly answerMs: number | undefined;
  readonly clock: Clock;
}

/** Failures in a row after which a server is left alone, and how often it is asked then whether it is back, in ms. */
const MAX_FAILURES = 3;
const RETRY_MS = 250;
/** Keys that may wait to be deleted. */
const MAX_OWED = 100_000;

/** One of several servers: left alone while it fails, and used again only after what it missed has been deleted there. */
export class Server {
  readonly connection: Connection;
  private readonly options: ServerOptions;
  private readonly owed = new Set<string>();
  private failures = 0;
  private retry: Disposable | undefined;
  private closed = false;

  constructor(options: ServerOptions) {
    this.options = options;
    this.connection = new Connection(options);
  }

  get up(): boolean {
    return this.retry === undefined;
  }

  /**
   * Makes a call.
   *
   * @throws Error when the server fails or takes too long, which is counted
   */
  async call<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      const result = await this.within(work(this.connection));
      this.failures = 0;
      return result;
    } catch (error) {
      this.failures += 1;
      if (this.failures >= MAX_FAILURES) this.leaveAlone();
      throw error;
    }
  }

  /**
   * Deletes a key, now or before the server is used again.
   *
   * @throws Error when too many keys wait for that
   */
  async forget(key: string): Promise<void> {
    if (this.owed.size >= MAX_OWED) throw new Error(`more than ${MAX_OWED} keys wait to be deleted`);
    this.owed.add(key);
    if (!this.up) return;
    try {
      await this.deleteOwed();
    } catch {
      // An old value may still be there, so nobody may read from here until it is gone.
      this.leaveAlone();
    }
  }

  close(): void {
    this.closed = true;
    this.retry?.[Symbol.dispose]();
    this.connection.close();
  }

  private leaveAlone(): void {
    if (this.closed) return;
    this.retry?.[Symbol.dispose]();
    this.retry = this.options.clock.setTimer(() => void this.tryAgain(), RETRY_MS);
  }

  private async tryAgain(): Promise<void> {
    try {
      await this.within(this.connection.send('mg evenkeel:probe'));
      await this.deleteOwed();
    } catch {
      // Its keys are with other servers meanwhile; that it is still down is no news.
      this.leaveAlone();
      return;
    }
    this.failures = 0;
    this.retry = undefined;
  }

  private async deleteOwed(): Promise<void> {
    const keys = [...this.owed];
    for (let start = 0; start < keys.length; start += 100) {
      const some = keys.slice(start, start + 100);
      await this.within(Promise.all(some.map((key) => this.connection.send(`md ${key}`))));
      for (const key of some) this.owed.delete(key);
    }
  }

  private within<T>(work: Promise<T>): Promise<T> {
    const { answerMs, clock, host, port } = this.options;
    if (answerMs === undefined) return work;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let moved = this.connection.moved;
    let timer: Disposable;
    const check = (): void => {
      const now = this.connection.moved;
      if (now === moved) reject(new TimeoutError('answer', answerMs, `memcached ${host}:${port}`));
      else watch();
      moved = now;
    };
    const watch = (): void => {
      // An answer that arrived while the process was busy is read before the call counts as late.
      timer = clock.setTimer(() => setImmediate(check), answerMs);
    };
    watch();
    work.then(resolve, reject);
    return promise.finally(() => timer[Symbol.dispose]());
  }
}
