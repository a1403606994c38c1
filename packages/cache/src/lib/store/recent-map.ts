/** A map that forgets what was not asked for lately, in two halves: cheaper than an exact order, as a hit moves nothing. */
export class RecentMap<V> {
  private readonly half: number;
  private young = new Map<string, V>();
  private old = new Map<string, V>();

  /** @param limit entries at most */
  constructor(limit: number) {
    this.half = Math.max(1, Math.floor(limit / 2));
  }

  get(key: string): V | undefined {
    const value = this.young.get(key);
    if (value !== undefined) return value;
    const older = this.old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: string, value: V): void {
    if (this.young.size >= this.half) {
      this.old = this.young;
      this.young = new Map();
    }
    this.young.set(key, value);
  }
}
