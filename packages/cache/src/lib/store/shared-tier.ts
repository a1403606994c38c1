import { decodeEntry, encodeEntry, type StoredEntry } from './entry-codec.ts';
import {
  firstGeneration,
  type Generations,
  generationOf,
  NO_GENERATION,
  purgedAt,
  sameGenerations,
} from './generations.ts';
import type { KeyValueStore } from './key-value-store.ts';
import type { KeySpace } from './keys.ts';
import type { MemoryTier } from './memory-tier.ts';
import { extendIndex, missOf, parseIndex, type Slot, type VariantIndex } from './slot.ts';
import type { StoreGuard } from './store-guard.ts';
import type { StoreSettings } from './store-options.ts';
import type { StoredResponse } from './stored-response.ts';

/** What the tiers share. */
export interface SharedTierParts {
  readonly driver: KeyValueStore;
  readonly guard: StoreGuard;
  readonly space: KeySpace;
  readonly generations: Generations;
  readonly memory: MemoryTier;
  readonly settings: StoreSettings;
}

/** How far the clocks of instances may differ, in ms. */
const CLOCK_SKEW_MS = 2_000;

/** Begins a message about a replaced response; others are purged generations. */
const REPLACED = '!';

/** Reads and writes responses in the shared store. */
export class SharedTier {
  private readonly parts: SharedTierParts;
  /** Tells its own messages from those of others. */
  private readonly id = firstGeneration();

  constructor(parts: SharedTierParts) {
    this.parts = parts;
  }

  /** Two round trips at most, and a third for tags that are not known here. */
  async look(slot: Slot): Promise<StoredResponse | 'uri-miss' | 'vary-miss' | 'miss'> {
    const { memory, settings, space } = this.parts;
    const { generations: wanted, index } = slot.keys;
    const marks = [...wanted, space.tagPurges];
    const values = await this.read([...marks, index], marks.length);
    if (values === undefined) return 'miss';
    const current = values.slice(0, wanted.length).map(generationOf);
    slot.generations = current;
    slot.tagPurge = generationOf(values[wanted.length]);
    const found = values.at(-1);
    slot.index = found === undefined ? undefined : parseIndex(found);
    if (found !== undefined && slot.index === undefined) this.corrupt(index);
    if (slot.index === undefined || !sameGenerations(slot.index.generations, current)) return 'uri-miss';
    const keys = slot.variantKeys(slot.index);
    for (const key of keys) {
      const entry = memory.trusted(key);
      if (entry === undefined || !(await this.isValid(entry, current))) continue;
      memory.remember(index, slot.index);
      return entry.response;
    }
    const variants = await this.read(keys, 0);
    if (variants === undefined) return 'miss';
    for (const [position, key] of keys.entries()) {
      const bytes = variants[position];
      if (bytes === undefined) continue;
      const entry = await decodeEntry(bytes, settings.maxEntryBytes);
      if (entry === undefined) this.corrupt(key);
      else if (await this.isValid(entry, current)) return this.use(slot, slot.index, key, entry);
    }
    return missOf(slot.index);
  }

  /** Stores a response; never rejects. */
  async write(slot: Slot, response: StoredResponse): Promise<void> {
    const { driver, guard, space, memory, settings } = this.parts;
    if (slot.generations === undefined) return;
    const ttlMs = Math.min(response.deleteAt - settings.now(), settings.maxTtlMs);
    const generations = await this.settle(slot.keys.generations, slot.generations);
    const tagKeys = response.tags.map((tag) => space.tag(tag));
    const tagGenerations = generations && (await this.tagGenerations(tagKeys, slot));
    if (generations === undefined || tagGenerations === undefined || ttlMs < 1) return;
    const entry: StoredEntry = { response, generations, tagGenerations };
    const bytes = await encodeEntry(entry, settings.compression);
    if (bytes.length > driver.maxValueBytes) return;
    const names = Object.keys(response.vary);
    const key = space.variant(slot.keys.index, names, slot.request);
    const done = await guard.run('write', (signal) =>
      driver.set(key, bytes, { ttlMs, signal }).then(() => true),
    );
    if (done === undefined) return;
    const index = extendIndex(slot.index, names, response.deleteAt, generations);
    if (changed(slot.index, index)) {
      const indexMs = Math.max(1, Math.min(index.until - settings.now(), settings.maxTtlMs));
      const text = Buffer.from(JSON.stringify(index));
      await guard.run('write', (signal) => driver.set(slot.keys.index, text, { ttlMs: indexMs, signal }));
    }
    // Instances that keep the response it replaces are told; where there was none, nobody keeps one.
    if (slot.index !== undefined) {
      await guard.run('write', async (signal) =>
        driver.publish?.(`${REPLACED}${this.id} ${key}`, { signal }),
      );
    }
    slot.index = index;
    memory.keep(slot.keys.index, index, key, entry);
  }

  /** Hears what other instances purged or replaced. */
  onMessage(message: string): void {
    const { generations, memory } = this.parts;
    if (!message.startsWith(REPLACED)) {
      for (const key of message.split(' ')) generations.forget(key);
      return;
    }
    const [id, key = ''] = message.slice(REPLACED.length).split(' ');
    if (id !== this.id) memory.forget(key);
  }

  private use(slot: Slot, index: VariantIndex, key: string, entry: StoredEntry): StoredResponse {
    this.parts.memory.keep(slot.keys.index, index, key, entry);
    return entry.response;
  }

  private async isValid(entry: StoredEntry, current: readonly string[]): Promise<boolean> {
    if (entry.response.deleteAt <= this.parts.settings.now()) return false;
    if (!sameGenerations(entry.generations, current)) return false;
    const keys = entry.response.tags.map((tag) => this.parts.space.tag(tag));
    const known = this.parts.generations.read(keys);
    if (known !== undefined) return sameGenerations(entry.tagGenerations, known);
    const values = await this.read(keys, keys.length);
    return values !== undefined && sameGenerations(entry.tagGenerations, values.map(generationOf));
  }

  /** Begins generations where there are none yet; undefined when a purge came first, or the store failed. */
  private async settle(
    keys: readonly string[],
    seen: readonly string[],
  ): Promise<readonly string[] | undefined> {
    const settled = await Promise.all(
      keys.map(async (key, position) => {
        const value = seen[position] ?? NO_GENERATION;
        return value === NO_GENERATION ? this.begin(key) : value;
      }),
    );
    return settled.every(
      (value) => value !== undefined && (purgedAt(value) === undefined || seen.includes(value)),
    )
      ? (settled as string[])
      : undefined;
  }

  private async tagGenerations(keys: readonly string[], slot: Slot): Promise<readonly string[] | undefined> {
    if (keys.length === 0) return [];
    const marks = [...keys, this.parts.space.tagPurges];
    const values = await this.read(marks, marks.length);
    if (values === undefined) return undefined;
    const settled = await Promise.all(
      keys.map(async (key, at) => generationOf(values[at]) || this.begin(key)),
    );
    if (settled.includes(undefined)) return undefined;
    const generations = settled as string[];
    // Tags are known only now: if any was purged meanwhile, it may have been one of these.
    const untouched = generationOf(values.at(-1)) === slot.tagPurge;
    const before = slot.startedAt - CLOCK_SKEW_MS;
    return untouched || generations.every((value) => (purgedAt(value) ?? 0) < before)
      ? generations
      : undefined;
  }

  private async begin(key: string): Promise<string | undefined> {
    const { driver, guard, generations, settings } = this.parts;
    const value = firstGeneration();
    const mark = generations.mark();
    const ttlMs = settings.maxTtlMs * 2;
    const added = await guard.run('write', (signal) =>
      driver.add(key, Buffer.from(value), { ttlMs, signal }),
    );
    if (added === undefined) return undefined;
    if (!added) return generationOf((await this.read([key], 1))?.[0]) || undefined;
    generations.learn([key], [value], mark);
    return value;
  }

  /** @param generationCount how many of the keys, from the first on, are generations to remember */
  private async read(
    keys: readonly string[],
    generationCount: number,
  ): Promise<readonly (Buffer | undefined)[] | undefined> {
    const { driver, guard, generations } = this.parts;
    if (keys.length === 0) return [];
    const mark = generations.mark();
    const values = await guard.run('read', (signal) => driver.getMany(keys, { signal }));
    if (values === undefined) return undefined;
    generations.learn(
      keys.slice(0, generationCount),
      values.slice(0, generationCount).map(generationOf),
      mark,
    );
    return values;
  }

  private corrupt(key: string): void {
    const { driver, settings } = this.parts;
    settings.onEvent({ type: 'entryCorrupt', store: driver.name, key });
  }
}

function changed(before: VariantIndex | undefined, after: VariantIndex): boolean {
  return (
    before === undefined ||
    before.until < after.until ||
    !sameGenerations(before.generations, after.generations) ||
    JSON.stringify(before.varies) !== JSON.stringify(after.varies)
  );
}
