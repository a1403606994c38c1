/** Lets a bounded number of checks run at once; the others wait in the order they came. */
export interface CheckQueue {
  /** Runs `start` now, or when its turn comes. */
  enter(start: () => void): QueuePlace;
}

/** A running or waiting check's place. */
export interface QueuePlace {
  /** Gives the place up: the check has ended, or is no longer wanted. Safe to call twice. */
  leave(): void;
}

/**
 * Makes a first-in, first-out queue.
 *
 * @param concurrency checks that run at the same time, at least 1
 */
export function checkQueue(concurrency: number): CheckQueue {
  let running = 0;
  let waiting: Place[] = [];
  let head = 0;

  const next = (): Place | undefined => {
    while (head < waiting.length) {
      const place = waiting[head++];
      // Dropping the front part only now and then keeps each step O(1).
      if (head > 1024 && head * 2 > waiting.length) {
        waiting = waiting.slice(head);
        head = 0;
      }
      if (place?.state === 'waiting') return place;
    }
    waiting = [];
    head = 0;
    return undefined;
  };
  const run = (place: Place): void => {
    place.state = 'running';
    running++;
    place.start();
  };

  return {
    enter(start) {
      const place: Place = {
        start,
        state: 'waiting',
        leave() {
          const { state } = place;
          place.state = 'left';
          if (state !== 'running') return;
          running--;
          const successor = next();
          if (successor !== undefined) run(successor);
        },
      };
      if (running < concurrency) run(place);
      else waiting.push(place);
      return place;
    },
  };
}

interface Place extends QueuePlace {
  readonly start: () => void;
  state: 'waiting' | 'running' | 'left';
}
