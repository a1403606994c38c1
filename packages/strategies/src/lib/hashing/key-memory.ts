import type { Clock } from '@evenkeel/core';

interface Entry {
  id: string;
  usedAt: number;
}

/** Remembers which endpoint a key was given: at most so many keys, the most recently used ones, each for so long. */
export class KeyMemory {
  private readonly entries = new Map<string, Entry>();
  private readonly maxKeys: number;
  private readonly ttlMs: number;
  private readonly clock: Clock;

  constructor(maxKeys: number, ttlMs: number, clock: Clock) {
    this.maxKeys = maxKeys;
    this.ttlMs = ttlMs;
    this.clock = clock;
  }

  /** The endpoint id of a key, which counts as a use. */
  get(key: string): string | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    const now = this.clock.now();
    if (now - entry.usedAt > this.ttlMs) return undefined;
    entry.usedAt = now;
    // A map iterates in the order of insertion: put last, the key is the last to be forgotten.
    this.entries.set(key, entry);
    return entry.id;
  }

  set(key: string, id: string): void {
    this.entries.delete(key);
    if (this.entries.size >= this.maxKeys) this.forgetOldest();
    this.entries.set(key, { id, usedAt: this.clock.now() });
  }

  private forgetOldest(): void {
    for (const key of this.entries.keys()) {
      this.entries.delete(key);
      return;
    }
  }
}
