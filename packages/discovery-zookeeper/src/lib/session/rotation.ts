import type { Random } from '@evenkeel/core';
import type { ServerAddress } from './server-address.ts';

/** Which server is asked next. */
export interface Rotation {
  readonly current: ServerAddress;
  readonly size: number;
  /** Goes on to the next server, unless somebody did since `failed` was the current one. */
  leave(failed: ServerAddress): void;
}

/** Puts servers into a random order, so that clients that start together do not ask the same one. */
export function rotation(servers: readonly ServerAddress[], random: Random): Rotation {
  const order = servers
    .map((server) => ({ server, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ server }) => server);
  let [current] = order;
  return {
    get current() {
      if (current === undefined) throw new RangeError('a rotation needs at least one server');
      return current;
    },
    size: order.length,
    leave(failed) {
      if (current === failed) current = order[(order.indexOf(failed) + 1) % order.length];
    },
  };
}
