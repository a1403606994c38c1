import { type Clock, sleep } from '@evenkeel/core';
import type { ResolvedCloseOptions } from './closing.ts';
import type { Listener } from './transports/node-http-server.ts';

/** A turn of the event loop below this, in ms, had little to do. */
const SHORT_TURN_MS = 0.5;
const MAX_TURNS = 50;

/**
 * Closes listeners without losing a request: after the delay they accept no more, ask clients to close their connections, and
 * close those that stay idle.
 *
 * @param signal ends all waits
 * @param onClose is called when they accept no more
 */
export async function closeListeners(
  listeners: Iterable<Listener>,
  { delayMs, idleMs }: ResolvedCloseOptions,
  { clock, signal, onClose }: ClosingContext,
): Promise<void> {
  if (delayMs > 0) await sleep(clock, delayMs, signal).catch(() => {});
  await settle(clock);
  // Not earlier: a client that is told to close its connection makes another one at once.
  onClose?.();
  const closed: Promise<void>[] = [];
  for (const listener of listeners) {
    closed.push(listener.close(signal.aborted ? 0 : idleMs));
    if (signal.aborted) listener.destroy();
  }
  await Promise.all(closed);
}

/** What closing listeners is done with. */
export interface ClosingContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onClose?: () => void;
}

/**
 * Waits for whole turns of the event loop, in which what has arrived is accepted and read. The system resets connections that it has
 * made and nobody has accepted, so the last turn must be a short one: nothing arrives in it.
 */
async function settle(clock: Clock): Promise<void> {
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const startedAt = clock.now();
    await new Promise((resolve) => setImmediate(resolve));
    if (turn > 0 && clock.now() - startedAt < SHORT_TURN_MS) return;
  }
}
