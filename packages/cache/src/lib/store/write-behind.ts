/** Runs writes after the response, a few at a time, and refuses more bytes than it may hold. */
export class WriteBehind {
  private readonly queue: { readonly bytes: number; readonly write: () => Promise<void> }[] = [];
  private readonly maxBytes: number;
  private readonly concurrency: number;
  private readonly idle: (() => void)[] = [];
  private running = 0;
  private pending = 0;

  constructor(maxBytes: number, concurrency: number) {
    this.maxBytes = maxBytes;
    this.concurrency = concurrency;
  }

  /** Bytes that wait or are being written. */
  get pendingBytes(): number {
    return this.pending;
  }

  /**
   * Takes a write, which must not reject.
   *
   * @returns false when it would hold too many bytes
   */
  push(bytes: number, write: () => Promise<void>): boolean {
    if (this.pending + bytes > this.maxBytes) return false;
    this.pending += bytes;
    this.queue.push({ bytes, write });
    this.next();
    return true;
  }

  /** Resolves once nothing waits and nothing is being written. */
  settled(): Promise<void> {
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  /** Forgets what waits. */
  clear(): void {
    for (const { bytes } of this.queue.splice(0)) this.pending -= bytes;
  }

  private next(): void {
    while (this.running < this.concurrency) {
      const job = this.queue.shift();
      if (job === undefined) break;
      this.running += 1;
      void job.write().finally(() => {
        this.running -= 1;
        this.pending -= job.bytes;
        this.next();
      });
    }
    if (this.running === 0) for (const resolve of this.idle.splice(0)) resolve();
  }
}
