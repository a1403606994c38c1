/** Finds the longest prefix of a path, by whole segments. Costs one look-up per segment, however many prefixes there are. */
export class PathTable<T> {
  private readonly prefixes = new Map<string, T>();
  private longest = 0;

  /** Adds a prefix; false when it is there already. */
  add(prefix: string, value: T): boolean {
    if (this.prefixes.has(prefix)) return false;
    this.prefixes.set(prefix, value);
    this.longest = Math.max(this.longest, prefix.length);
    return true;
  }

  /** Finds the value of the longest prefix of a path without its query. */
  find(path: string): T | undefined {
    if (path.length <= this.longest) {
      const whole = this.prefixes.get(path);
      if (whole !== undefined) return whole;
    }
    let slash = path.lastIndexOf('/', this.longest);
    while (slash >= 0) {
      const found = this.prefixes.get(path.slice(0, slash + 1)) ?? this.prefixes.get(path.slice(0, slash));
      if (found !== undefined) return found;
      slash = slash === 0 ? -1 : path.lastIndexOf('/', slash - 1);
    }
    return undefined;
  }
}
