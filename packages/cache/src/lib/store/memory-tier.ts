import type { StoredEntry } from './entry-codec.ts';
import { type Generations, sameGenerations } from './generations.ts';
import type { KeySpace } from './keys.ts';
import { Lru } from './lru.ts';
import { missOf, type Slot, type VariantIndex } from './slot.ts';
import { responseBytes, type StoredResponse } from './stored-response.ts';

/** What the memory of this process says: `unknown` is left to the shared store. */
export type LocalAnswer = StoredResponse | 'uri-miss' | 'vary-miss' | 'unknown';

/** A response that is on its way to the shared store. */
interface Write {
  readonly names: readonly string[];
  readonly key: string;
  readonly response: StoredResponse;
  readonly epoch: number;
}

/** A response that the shared store has, or had. */
interface Kept {
  readonly entry: StoredEntry;
  /** Another instance may have replaced it since. */
  readonly trustedUntil: number;
}

const MAX_INDEXES = 200_000;

/** Responses in the memory of this process, valid as long as their generations are. */
export class MemoryTier {
  private readonly entries: Lru<Kept>;
  private readonly indexes = new Lru<VariantIndex>(MAX_INDEXES);
  private readonly writes = new Map<string, readonly Write[]>();
  private readonly space: KeySpace;
  private readonly generations: Generations;
  private readonly now: () => number;

  constructor(maxBytes: number, space: KeySpace, generations: Generations, now: () => number) {
    this.entries = new Lru(maxBytes);
    this.space = space;
    this.generations = generations;
    this.now = now;
  }

  get bytes(): number {
    return this.entries.size;
  }

  get count(): number {
    return this.entries.count;
  }

  /** Looks without asking anyone; fills in what the slot can know. */
  look(slot: Slot): LocalAnswer {
    const answer = this.lookAmongKept(slot);
    return typeof answer === 'string' ? (this.underWay(slot) ?? answer) : answer;
  }

  /** Answers with a response while it is being written, unless a purge is heard of meanwhile. */
  await(slot: Slot, response: StoredResponse, written: Promise<void>): void {
    const names = Object.keys(response.vary);
    const key = this.space.variant(slot.keys.index, names, slot.request);
    const write: Write = { names, key, response, epoch: slot.epoch };
    const list = this.writes.get(slot.keys.index) ?? [];
    this.writes.set(slot.keys.index, [write, ...list.filter((other) => other.key !== key)]);
    void written.then(() => {
      const left = (this.writes.get(slot.keys.index) ?? []).filter((other) => other !== write);
      if (left.length === 0) this.writes.delete(slot.keys.index);
      else this.writes.set(slot.keys.index, left);
    });
  }

  private underWay(slot: Slot): StoredResponse | undefined {
    const { index } = slot.keys;
    const write = this.writes
      .get(index)
      ?.find(({ names, key }) => this.space.variant(index, names, slot.request) === key);
    const usable =
      write !== undefined && write.epoch === this.generations.mark() && write.response.deleteAt > this.now();
    return usable ? write.response : undefined;
  }

  private lookAmongKept(slot: Slot): LocalAnswer {
    slot.generations = this.generations.read(slot.keys.generations);
    slot.tagPurge = this.generations.read([this.space.tagPurges])?.[0];
    slot.index = this.indexes.get(slot.keys.index);
    if (slot.generations === undefined) return 'unknown';
    const { index } = slot;
    if (index === undefined || !sameGenerations(index.generations, slot.generations)) return 'uri-miss';
    for (const key of slot.variantKeys(index)) {
      const kept = this.entries.get(key);
      if (kept === undefined) continue;
      const state = this.stateOf(kept, slot.generations);
      if (state === 'valid') return kept.entry.response;
      if (state === 'unknown') return 'unknown';
      this.entries.delete(key);
    }
    return missOf(index);
  }

  /** An entry that the shared store need not be asked for; its generations still have to be compared. */
  trusted(key: string): StoredEntry | undefined {
    const kept = this.entries.get(key);
    return kept !== undefined && this.isTrusted(kept) ? kept.entry : undefined;
  }

  remember(indexKey: string, index: VariantIndex): void {
    this.indexes.set(indexKey, index);
  }

  keep(indexKey: string, index: VariantIndex, key: string, entry: StoredEntry): void {
    this.remember(indexKey, index);
    this.entries.set(
      key,
      { entry, trustedUntil: this.generations.trustUntil() },
      responseBytes(entry.response),
    );
  }

  /** Another instance has replaced it. */
  forget(key: string): void {
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
    this.indexes.clear();
  }

  /** What is stale here may have been renewed by another instance. */
  private isTrusted({ entry, trustedUntil }: Kept): boolean {
    const renewable = !this.generations.alone && entry.response.staleAt <= this.now();
    return !renewable && this.generations.trusts(trustedUntil);
  }

  private stateOf(kept: Kept, current: readonly string[]): 'valid' | 'invalid' | 'unknown' {
    const { response, generations, tagGenerations } = kept.entry;
    if (response.deleteAt <= this.now() || !sameGenerations(generations, current)) return 'invalid';
    if (!this.isTrusted(kept)) return 'unknown';
    const tags = this.generations.read(response.tags.map((tag) => this.space.tag(tag)));
    if (tags === undefined) return 'unknown';
    return sameGenerations(tagGenerations, tags) ? 'valid' : 'invalid';
  }
}
