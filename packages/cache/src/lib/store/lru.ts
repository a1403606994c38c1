interface Entry<V> {
  readonly value: V;
  readonly size: number;
  /** When it was made the newest, counted in such moves. */
  turn: number;
}

/**
 * A map that forgets what was used least recently once the sizes of its values add up to more than its limit. What is among the newer
 * half keeps its place when it is used, as a move costs more than the rest of a `get`.
 */
export class Lru<V> {
  private readonly entries = new Map<string, Entry<V>>();
  private readonly limit: number;
  private total = 0;
  private turn = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** The sum of all sizes. */
  get size(): number {
    return this.total;
  }

  get count(): number {
    return this.entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (this.turn - entry.turn >= (this.entries.size + 1) >> 1) {
      this.entries.delete(key);
      this.entries.set(key, entry);
      entry.turn = ++this.turn;
    }
    return entry.value;
  }

  set(key: string, value: V, size = 1): void {
    this.delete(key);
    if (size > this.limit) return;
    this.entries.set(key, { value, size, turn: ++this.turn });
    this.total += size;
    for (const oldest of this.entries.keys()) {
      if (this.total <= this.limit) return;
      this.delete(oldest);
    }
  }

  delete(key: string): boolean {
    const entry = this.entries.get(key);
    if (entry === undefined) return false;
    this.total -= entry.size;
    return this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
    this.total = 0;
  }
}
