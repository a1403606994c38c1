import type { Discovery, Snapshot } from '@evenkeel/core';
import { type Follower as AnyFollower, follow as followAny } from '@evenkeel/testing/driver';

/** A consumer that names endpoints by their ports, as all are on one machine. */
export interface Follower extends Omit<AnyFollower, 'until'> {
  /** Until a snapshot has exactly these ports. */
  until(...ports: number[]): Promise<Snapshot>;
}

/** Begins a watch. */
export function follow(discovery: Discovery): Follower {
  const follower = followAny(discovery);
  return {
    ...follower,
    until(...ports) {
      const wanted = ports.sort().join();
      return follower.untilTrue(
        ({ endpoints }) =>
          endpoints
            .map(({ port }) => port)
            .sort()
            .join() === wanted,
      );
    },
  };
}
