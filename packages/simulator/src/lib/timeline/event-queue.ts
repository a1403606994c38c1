/** Something that happens at a moment of the simulation. The same object may be queued again once it has happened. */
export interface TimelineEvent {
  /** When, in ms; the queue's. */
  at: number;
  /** Events of one moment happen in the order they were queued; the queue's. */
  order: number;
  fire(): void;
}

/** The events to come, by time: a binary heap. */
export class EventQueue {
  private readonly heap: TimelineEvent[] = [];
  private queued = 0;

  push(event: TimelineEvent, at: number): void {
    const { heap } = this;
    event.at = at;
    event.order = this.queued++;
    let index = heap.length;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above] as TimelineEvent;
      if (parent.at <= at) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = event;
  }

  /** The next event; undefined when there is none. */
  get first(): TimelineEvent | undefined {
    return this.heap[0];
  }

  /** Takes out the next event due at `limit` or before; undefined when there is none. */
  takeDue(limit: number): TimelineEvent | undefined {
    const { heap } = this;
    const first = heap[0];
    if (first === undefined || first.at > limit) return undefined;
    const last = heap.pop() as TimelineEvent;
    if (heap.length > 0) this.sink(last);
    return first;
  }

  private sink(event: TimelineEvent): void {
    const { heap } = this;
    const { length } = heap;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= length) break;
      if (below + 1 < length && isBefore(heap[below + 1] as TimelineEvent, heap[below] as TimelineEvent))
        below++;
      const child = heap[below] as TimelineEvent;
      if (!isBefore(child, event)) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = event;
  }
}

function isBefore(a: TimelineEvent, b: TimelineEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
