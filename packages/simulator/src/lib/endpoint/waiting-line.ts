import type { Exchange } from './exchange.ts';

/** Requests that wait to be served, first come first served. Those that left stay in the list until they come up. */
export class WaitingLine {
  private queue: Exchange[] = [];
  private head = 0;
  private waiting = 0;

  get length(): number {
    return this.waiting;
  }

  add(exchange: Exchange): void {
    exchange.waiting = true;
    this.waiting++;
    this.queue.push(exchange);
  }

  leave(exchange: Exchange): void {
    exchange.waiting = false;
    this.waiting--;
  }

  /** Takes out the first; undefined when nobody waits. */
  take(): Exchange | undefined {
    while (this.head < this.queue.length) {
      const next = this.queue[this.head++];
      if (this.head > 1_024 && this.head * 2 > this.queue.length) {
        this.queue = this.queue.slice(this.head);
        this.head = 0;
      }
      if (next?.waiting === true) {
        this.leave(next);
        return next;
      }
    }
    return undefined;
  }

  clear(): void {
    for (const exchange of this.queue) exchange.waiting = false;
    this.queue = [];
    this.head = 0;
    this.waiting = 0;
  }
}
