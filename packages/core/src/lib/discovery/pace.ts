import { type Clock, sleep } from '../clock.ts';

const WINDOW_MS = 100;
const BURST = 10;

/**
 * Slows a consumer down to 100 snapshots a second, in bursts of ten: a driver that yields without ever waiting would
 * block the event loop otherwise. A driver keeps the newest snapshot only, so none is late by more than 100 ms.
 */
export function pacer(clock: Clock): (signal: AbortSignal) => Promise<void> {
  let since = Number.NEGATIVE_INFINITY;
  let count = 0;
  return async (signal) => {
    const now = clock.now();
    if (now - since >= WINDOW_MS) {
      since = now;
      count = 0;
    }
    count++;
    if (count >= BURST) await sleep(clock, since + WINDOW_MS - now, signal);
  };
}
