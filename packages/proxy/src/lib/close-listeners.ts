import { type Clock, sleep } from '@evenkeel/core';
import type { ResolvedCloseOptions } from './closing.ts';
import type { Listener } from './transports/listen-options.ts';

/** A turn of the event loop below this, in ms, had little to do. */
const SHORT_TURN_MS = 0.5;
const MAX_TURNS = 50;

/**
 * Closes listeners without losing a request: after the delay they accept no more, ask clients to close their connections, and
 * close those that stay idle.
 *
 * @param context its signal ends all waits
 */
export async function closeListeners(
  listeners: Iterable<Listener>,
  { delayMs, quietMs, idleMs }: ResolvedCloseOptions,
  { clock, signal, onTell }: ClosingContext,
): Promise<void> {
  if (delayMs > 0) await sleep(clock, delayMs, signal).catch(() => {});
  await settle(clock);
  const all = [...listeners];
  for (const listener of all) listener.stop();
  // Clients are told only now: one that closes its connection makes another one at once.
  if (quietMs > 0) await sleep(clock, quietMs, signal).catch(() => {});
  onTell?.();
  const closed: Promise<void>[] = [];
  for (const listener of all) {
    closed.push(listener.close(signal.aborted ? 0 : idleMs));
    if (signal.aborted) listener.destroy();
  }
  await Promise.all(closed);
}

/** What closing listeners is done with. */
export interface ClosingContext {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called when clients are to be told to close their connections. */
  readonly onTell?: () => void;
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
