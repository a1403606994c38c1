import type { WhyNotStored } from '../http/storability.ts';
import { responseTags } from '../http/tags.ts';
import type { CacheKey } from '../undici-types.ts';
import type { CacheLookup, CacheStore, PurgeResult } from './cache-store.ts';
import { firstGeneration, Generations, purgedAt } from './generations.ts';
import { KeySpace } from './keys.ts';
import { type LocalAnswer, MemoryTier } from './memory-tier.ts';
import { prefixTarget, urlTarget } from './purge-target.ts';
import { Purges } from './purges.ts';
import { SharedTier } from './shared-tier.ts';
import { extendIndex, Slot } from './slot.ts';
import { StoreGuard } from './store-guard.ts';
import { type CacheStoreOptions, type StoreSettings, storeSettings } from './store-options.ts';
import { responseBytes, type StoredResponse } from './stored-response.ts';
import { undiciStore } from './undici-store.ts';
import { WriteBehind } from './write-behind.ts';

/**
 * Makes the store of a shared response cache: in the memory of this process and, with a driver, in a key-value store that
 * other instances use too. It is a cache store for undici's own interceptor, and what `cache()` works with.
 *
 * A driver that fails or is slow costs a request at most `timeoutMs` and never an error.
 *
 * @throws InvalidOptionsError when an option is out of its range
 */
export function createCacheStore(options: CacheStoreOptions = {}): CacheStore {
  return new Store(storeSettings(options)).face();
}

/** The value of a lock: what a store that answers nonsense says is none. */
const LOCKED = 'evenkeel:locked';

class Store {
  private readonly settings: StoreSettings;
  private readonly space: KeySpace;
  private readonly generations: Generations;
  private readonly memory: MemoryTier;
  private readonly guard: StoreGuard | undefined;
  private readonly shared: SharedTier | undefined;
  private readonly purges: Purges;
  private readonly writes: WriteBehind;
  private readonly subscription: Disposable | undefined;
  private live = false;

  constructor(settings: StoreSettings) {
    const { driver, clock } = settings;
    this.settings = settings;
    this.space = new KeySpace(settings.prefix, settings.prefixDepth, settings.keyFields);
    const trustMs = (): number => (this.live ? settings.trustMs : settings.blindTrustMs);
    const aloneMs = (): number => this.aloneMs;
    this.generations = new Generations(() => clock.now(), driver !== undefined, trustMs, aloneMs);
    this.memory = new MemoryTier(settings.memoryBytes, this.space, this.generations, settings.now);
    this.writes = new WriteBehind(settings.maxPendingBytes, settings.writeConcurrency);
    if (driver !== undefined) {
      const beforeRecovery = (signal: AbortSignal): Promise<void> => this.purges.catchUp(driver, signal);
      // What went on alone meanwhile was nobody else's business, and is valid for nothing that the store says.
      const onRecovery = (): void => this.generations.forgetAll();
      this.guard = new StoreGuard({ ...settings, driver, beforeRecovery, onRecovery });
      const { space, generations, memory, guard } = this;
      const shared = new SharedTier({ driver, guard, space, generations, memory, settings });
      this.shared = shared;
      this.subscription = driver.subscribe?.({
        onMessage: (message) => shared.onMessage(message),
        onLive: (live) => {
          if (!live && !this.live) return;
          this.live = live;
          this.generations.forgetAll();
        },
      });
    }
    this.purges = new Purges(settings, this.generations, this.guard, this.space.all);
  }

  face(): CacheStore {
    const store = this;
    return {
      get memory() {
        return { bytes: store.memory.bytes, count: store.memory.count };
      },
      get down() {
        return store.guard?.down ?? false;
      },
      maxEntryBytes: this.settings.maxEntryBytes,
      lookup: (key) => this.lookup(key),
      whyNotStored: (slot, bytes) => this.whyNotStored(slot as Slot, bytes),
      put: (slot, response) => this.put(slot as Slot, response),
      claim: (slot) => this.claim(slot as Slot),
      release: (slot) => this.release(slot as Slot),
      claimed: (slot) => this.claimed(slot as Slot),
      purge: (origin, path) => this.purges.purge([this.space.url(origin, path)]),
      purgeUrl: async (url) => this.purges.purge([this.space.url(...urlTarget(url))]),
      purgePrefix: async (url) =>
        this.purges.purge([prefixTarget(this.space, url, this.settings.prefixDepth)]),
      purgeTags: (tags) => this.purgeTags(tags),
      purgeAll: () => this.purges.purge([this.space.all]),
      settled: () => this.settled(),
      close: () => this.close(),
      [Symbol.asyncDispose]: () => this.close(),
      ...undiciStore({
        maxEntryBytes: this.settings.maxEntryBytes,
        lookup: (key) => this.lookup(key),
        put: (slot, response) => this.put(slot as Slot, response),
        purge: (origin, path) => this.purges.purge([this.space.url(origin, path)]),
      }),
    };
  }

  /** How long what is stored now stays here alone, in ms; 0 while there is a store to ask. */
  private get aloneMs(): number {
    if (this.settings.driver === undefined) return Number.POSITIVE_INFINITY;
    return this.guard?.down ? this.settings.downTtlMs : 0;
  }

  private lookup(key: CacheKey): CacheLookup | Promise<CacheLookup> {
    const slot = new Slot(key, this.space, this.settings.now(), this.generations.mark());
    slot.shared = this.shared !== undefined && !this.guard?.down;
    slot.alone = this.shared !== undefined && this.generations.alone;
    const local = this.memory.look(slot);
    if (typeof local !== 'string' || this.shared === undefined) return answer(slot, local);
    if (!slot.shared) return { slot, miss: 'miss' };
    return this.shared.look(slot).then((found) => {
      slot.shared = found !== 'miss';
      if (typeof found !== 'string') return answer(slot, found);
      // What this process was about to write has been written since it was asked.
      const { generations, tagPurge, index } = slot;
      const now = this.memory.look(slot);
      if (typeof now !== 'string') return answer(slot, now);
      slot.generations = generations;
      slot.tagPurge = tagPurge;
      slot.index = index;
      return answer(slot, found);
    });
  }

  private whyNotStored(slot: Slot, bytes: number): WhyNotStored | undefined {
    const { maxEntryBytes, memoryBytes, maxPendingBytes } = this.settings;
    const inMemoryOnly = this.shared === undefined || slot.alone;
    if (bytes > maxEntryBytes || (inMemoryOnly && bytes >= memoryBytes)) return 'too-large';
    if (!slot.storable || (slot.shared && this.guard?.down)) return 'store-down';
    return this.writes.pendingBytes + bytes > maxPendingBytes ? 'store-busy' : undefined;
  }

  private put(slot: Slot, bare: Omit<StoredResponse, 'tags'>): boolean {
    const { settings } = this;
    const response = { ...bare, tags: responseTags(bare.headers, settings.tagFields) };
    const bytes = responseBytes(response);
    if (
      slot.generations === undefined ||
      response.body.length > settings.maxEntryBytes ||
      response.deleteAt <= settings.now()
    ) {
      return false;
    }
    const { shared } = this;
    if (shared === undefined) return this.putLocally(slot, slot.generations, response);
    if (slot.alone) return this.generations.alone && this.putLocally(slot, slot.generations, response);
    const done = Promise.withResolvers<void>();
    const taken = this.writes.push(bytes, () => shared.write(slot, response).finally(done.resolve));
    if (taken) {
      slot.writing = done.promise;
      this.memory.await(slot, response, done.promise);
    } else {
      const { pendingBytes } = this.writes;
      settings.onEvent({ type: 'writeDropped', store: settings.driver?.name ?? 'memory', pendingBytes });
    }
    return taken;
  }

  private putLocally(slot: Slot, generations: readonly string[], response: StoredResponse): boolean {
    const tagKeys = response.tags.map((tag) => this.space.tag(tag));
    const tagGenerations = this.generations.read(tagKeys) ?? tagKeys.map(firstGeneration);
    const untouched = this.generations.read([this.space.tagPurges])?.[0] === slot.tagPurge;
    if (!untouched && tagGenerations.some((value) => (purgedAt(value) ?? 0) >= Math.floor(slot.startedAt)))
      return false;
    const names = Object.keys(response.vary);
    const index = extendIndex(slot.index, names, response.deleteAt, generations);
    const key = this.space.variant(slot.keys.index, names, slot.request);
    this.memory.keep(slot.keys.index, index, key, { response, generations, tagGenerations });
    return true;
  }

  private async claim(slot: Slot): Promise<boolean> {
    const { driver, lockMs } = this.settings;
    if (driver === undefined || this.guard === undefined) return true;
    const lock = slot.lockKey;
    const won = await this.guard.run('lock', (signal) =>
      driver.add(lock, Buffer.from(LOCKED), { ttlMs: lockMs, signal }),
    );
    if (won === true) slot.lock = lock;
    return won !== false;
  }

  private release(slot: Slot): void {
    const { driver } = this.settings;
    const { lock } = slot;
    if (lock === undefined || driver === undefined) return;
    slot.lock = undefined;
    const unlock = (): void => {
      void this.guard?.run('lock', (signal) => driver.delete(lock, { signal }));
    };
    if (slot.writing === undefined) unlock();
    else void slot.writing.then(unlock);
  }

  private async claimed(slot: Slot): Promise<boolean> {
    const { driver } = this.settings;
    const values = await this.guard?.run('lock', async (signal) =>
      driver?.getMany([slot.lockKey], { signal }),
    );
    return values?.[0]?.toString('latin1') === LOCKED;
  }

  private purgeTags(tags: readonly string[]): Promise<PurgeResult> {
    return this.purges.purge([...tags.map((tag) => this.space.tag(tag)), this.space.tagPurges]);
  }

  private async settled(): Promise<void> {
    await Promise.all([this.writes.settled(), this.purges.settled()]);
  }

  private async close(): Promise<void> {
    await this.settled();
    this.subscription?.[Symbol.dispose]();
    this.guard?.close();
    this.memory.clear();
    await this.settings.driver?.close();
  }
}

function answer(slot: Slot, found: LocalAnswer | 'miss'): CacheLookup {
  if (typeof found !== 'string') return { slot, response: found, miss: 'uri-miss' };
  return { slot, miss: found === 'unknown' ? 'miss' : found };
}
