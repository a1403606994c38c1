/** A timer of a manual clock. */
export interface QueuedTimer {
  readonly at: number;
  /** Timers of the same moment fire in the order they were set. */
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/** Timers by the moment they are due: a binary heap, in which cancelled ones stay until they come up. */
export class TimerQueue {
  private readonly heap: QueuedTimer[] = [];

  push(timer: QueuedTimer): void {
    const { heap } = this;
    let index = heap.length;
    for (let parent = heap[(index - 1) >> 1]; index > 0; parent = heap[(index - 1) >> 1]) {
      if (parent === undefined || !isBefore(timer, parent)) break;
      heap[index] = parent;
      index = (index - 1) >> 1;
    }
    heap[index] = timer;
  }

  /** Takes out the next timer due at `limit` or before; undefined when there is none. */
  takeDue(limit: number): QueuedTimer | undefined {
    for (let first = this.heap[0]; first !== undefined && first.at <= limit; first = this.heap[0]) {
      this.removeFirst();
      if (!first.cancelled) return first;
    }
    return undefined;
  }

  private removeFirst(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const child = this.smallerChild(index);
      const timer = heap[child];
      if (timer === undefined || !isBefore(timer, last)) break;
      heap[index] = timer;
      index = child;
    }
    heap[index] = last;
  }

  private smallerChild(index: number): number {
    const left = this.heap[2 * index + 1];
    const right = this.heap[2 * index + 2];
    return left !== undefined && right !== undefined && isBefore(right, left) ? 2 * index + 2 : 2 * index + 1;
  }
}

function isBefore(a: QueuedTimer, b: QueuedTimer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
