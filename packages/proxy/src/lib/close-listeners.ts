import { type Clock, sleep } from '@evenkeel/core';
import type { ResolvedCloseOptions } from './closing.ts';
import type { Listener } from './transports/listen-options.ts';

/**
 * Closes listeners without losing a request: first clients are asked to close their connections while new ones are still
 * accepted, then nothing more is accepted, then connections that stay idle are closed.
 *
 * @param signal ends all waits
 */
export async function closeListeners(
  listeners: Iterable<Listener>,
  { delayMs, idleMs }: ResolvedCloseOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const all = [...listeners];
  for (const listener of all) listener.drain();
  if (delayMs > 0) await sleep(clock, delayMs, signal).catch(() => {});
  // Whole turns of the event loop: what has arrived is accepted and read.
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  const closed = all.map((listener) => listener.close(signal.aborted ? 0 : idleMs));
  if (signal.aborted) for (const listener of all) listener.destroy();
  await Promise.all(closed);
}
