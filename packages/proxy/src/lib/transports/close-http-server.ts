import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Clock } from '@evenkeel/core';

/**
 * Stops accepting and resolves when the last connection has closed. One that is idle may carry a request that is on its way
 * and cannot be seen yet: such connections are left open for a moment, in which their clients can be told to close them.
 *
 * @param idleMs how long that moment is
 */
export async function closeHttpServer(server: Server, idleMs: number, clock: Clock): Promise<void> {
  // For answers that began before clients were told, and end later. 0 would be no limit.
  server.keepAliveTimeout = Math.max(1, idleMs);
  const closed = stopAccepting(server);
  await within(closed, idleMs, clock);
  // What has arrived by now is read first, and is not idle then.
  await new Promise((resolve) => setImmediate(resolve));
  server.closeIdleConnections();
  await closed;
  // Only now, as this ends the time limits of connections as well.
  server.close(() => {});
}

/** What `close` of `node:http` does without closing idle connections. */
export function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => NetServer.prototype.close.call(server, () => resolve()));
}

async function within(done: Promise<void>, ms: number, clock: Clock): Promise<void> {
  if (ms === 0) return;
  const { promise: over, resolve } = Promise.withResolvers<void>();
  using _timer = clock.setTimer(resolve, ms);
  await Promise.race([done, over]);
}
