import { type Clock, TimeoutError } from '@evenkeel/core';
import type { KeyValueStore } from './key-value-store.ts';
import type { StoreEvent } from './store-event.ts';

/** What a guard is made of. */
export interface StoreGuardOptions {
  readonly driver: KeyValueStore;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly failureThreshold: number;
  readonly probeMs: number;
  readonly onEvent: (event: StoreEvent) => void;
  /** Runs before the store counts as usable again; a rejection keeps it down. */
  readonly beforeRecovery: (signal: AbortSignal) => Promise<void>;
  /** Called in the moment in which the store is used again. */
  readonly onRecovery: () => void;
}

/** No key of the cache: a probe only wants an answer. */
const PROBE_KEY = 'evenkeel:probe';

/** Bounds the time of every call, turns failures into `undefined`, and leaves a store alone that keeps failing. */
export class StoreGuard {
  private readonly options: StoreGuardOptions;
  private readonly closing = new AbortController();
  private failures = 0;
  private downSince: number | undefined;
  private probe: Disposable | undefined;

  constructor(options: StoreGuardOptions) {
    this.options = options;
  }

  get down(): boolean {
    return this.downSince !== undefined || this.closing.signal.aborted;
  }

  /** The result of a call; undefined when it failed, took too long or was not made because the store is down. */
  async run<T>(operation: string, call: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    if (this.down) return undefined;
    try {
      const result = await this.within(operation, call);
      this.failures = 0;
      return result;
    } catch (error) {
      if (!this.closing.signal.aborted) this.failed(operation, error);
      return undefined;
    }
  }

  close(): void {
    this.probe?.[Symbol.dispose]();
    this.closing.abort(new Error('the cache store was closed'));
  }

  private failed(operation: string, error: unknown): void {
    const { driver, failureThreshold, onEvent } = this.options;
    this.failures += 1;
    onEvent({ type: 'storeFailed', store: driver.name, operation, error });
    if (this.failures >= failureThreshold) this.trip(error);
  }

  /** Leaves the store alone from now on, until it answers and what must come first has been done. */
  trip(error: unknown): void {
    if (this.down) return;
    this.downSince = this.options.clock.now();
    this.options.onEvent({ type: 'storeDown', store: this.options.driver.name, error });
    this.scheduleProbe();
  }

  private scheduleProbe(): void {
    this.probe = this.options.clock.setTimer(() => void this.tryAgain(), this.options.probeMs);
  }

  private async tryAgain(): Promise<void> {
    const { driver, clock, onEvent, beforeRecovery } = this.options;
    try {
      await this.within('probe', (signal) => driver.getMany([PROBE_KEY], { signal }));
      await this.within('purge', beforeRecovery);
    } catch {
      // The outage has been told of already; that it goes on is no news.
      if (!this.closing.signal.aborted) this.scheduleProbe();
      return;
    }
    const downMs = clock.now() - (this.downSince ?? clock.now());
    this.downSince = undefined;
    this.failures = 0;
    this.options.onRecovery();
    onEvent({ type: 'storeRecovered', store: driver.name, downMs });
  }

  /** Races a call against the time limit and the end of the cache. */
  within<T>(operation: string, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { driver, clock, timeoutMs } = this.options;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const limit = new AbortController();
    const giveUp = (reason: unknown): void => {
      reject(reason);
      limit.abort(reason);
    };
    const onClose = (): void => giveUp(this.closing.signal.reason);
    const timer = clock.setTimer(() => {
      // An answer that arrived while the process was busy is read before the call counts as late.
      setImmediate(() => giveUp(new TimeoutError(`${operation} of the cache`, timeoutMs, driver.name)));
    }, timeoutMs);
    this.closing.signal.addEventListener('abort', onClose, { once: true });
    const finish = (): void => {
      timer[Symbol.dispose]();
      this.closing.signal.removeEventListener('abort', onClose);
    };
    try {
      call(limit.signal).then(resolve, reject);
    } catch (error) {
      reject(error);
    }
    return promise.finally(finish);
  }
}
