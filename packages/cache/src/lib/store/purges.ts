import type { PurgeResult } from './cache-store.ts';
import { type Generations, purgedGeneration } from './generations.ts';
import type { KeyValueStore } from './key-value-store.ts';
import type { StoreGuard } from './store-guard.ts';
import type { StoreSettings } from './store-options.ts';

/** Purges that the shared store has not taken; beyond this many all is purged when it is back. */
const MAX_PENDING = 10_000;

/** Begins new generations, here and in the shared store, now or as soon as it is back. */
export class Purges {
  private readonly settings: StoreSettings;
  private readonly generations: Generations;
  private readonly guard: StoreGuard | undefined;
  private readonly all: string;
  private pending = new Set<string>();
  private readonly running = new Set<Promise<unknown>>();

  constructor(settings: StoreSettings, generations: Generations, guard: StoreGuard | undefined, all: string) {
    this.settings = settings;
    this.generations = generations;
    this.guard = guard;
    this.all = all;
  }

  /** Resolves when the shared store has taken what was purged, or has failed to. */
  async settled(): Promise<void> {
    await Promise.all(this.running);
  }

  purge(keys: readonly string[]): Promise<PurgeResult> {
    const done = this.tell(keys).finally(() => this.running.delete(done));
    this.running.add(done);
    return done;
  }

  private async tell(keys: readonly string[]): Promise<PurgeResult> {
    const value = purgedGeneration(this.settings.now());
    for (const key of keys) this.generations.renew(key, value);
    const { driver } = this.settings;
    if (driver === undefined || this.guard === undefined) return { shared: true };
    const done = await this.guard.run('purge', (signal) => this.write(driver, keys, value, signal));
    if (done === true) return { shared: true };
    for (const key of keys) this.pending.add(key);
    if (this.pending.size > MAX_PENDING) this.pending = new Set([this.all]);
    // Whatever the store still holds of this must not be read before it has taken the purge.
    this.guard.trip(new Error('a purge could not be told'));
    return { shared: false };
  }

  /** Purges in the store what could not be purged while it was away. */
  async catchUp(driver: KeyValueStore, signal: AbortSignal): Promise<void> {
    while (this.pending.size > 0) {
      const keys = [...this.pending].slice(0, 100);
      await this.write(driver, keys, purgedGeneration(this.settings.now()), signal);
      for (const key of keys) this.pending.delete(key);
    }
  }

  private async write(
    driver: KeyValueStore,
    keys: readonly string[],
    value: string,
    signal: AbortSignal,
  ): Promise<true> {
    const ttlMs = this.settings.maxTtlMs * 2;
    const how = { ttlMs, signal, everywhere: true };
    await Promise.all(keys.map((key) => driver.set(key, Buffer.from(value), how)));
    // What was read while the store was being told may be the old generation.
    for (const key of keys) this.generations.forget(key);
    await driver.publish?.(keys.join(' '), { signal });
    return true;
  }
}
