import { once } from 'node:events';
import { createServer } from 'node:net';
import { compareListeners, listenError } from '../live/listeners.ts';
import type { ListenerConfig } from '../schema/listener.ts';

/**
 * Looks whether workers could bind addresses. They must not find out themselves: Node ends a worker that tries an address again
 * which it could not bind before.
 *
 * @param before the listeners in use
 * @throws ListenError naming the address
 */
export async function probeListeners(
  before: readonly ListenerConfig[],
  next: readonly ListenerConfig[],
): Promise<void> {
  const inUse = before.map((config) => ({ config }));
  const { added, replacing, removed } = compareListeners(inUse, next);
  for (const listener of replacing) {
    if (removed.some(({ config }) => config.port === listener.port && config.host === listener.host))
      continue;
    throw listenError(listener, new Error('with workers a port cannot move to another host while it runs'));
  }
  for (const listener of added) {
    const { port, host } = listener;
    const server = createServer();
    try {
      server.listen({ port, ...(host !== undefined && { host }) });
      await once(server, 'listening');
    } catch (error) {
      throw listenError(listener, error);
    }
    server.close();
    await once(server, 'close');
  }
}
