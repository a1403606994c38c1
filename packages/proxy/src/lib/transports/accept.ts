import { createServer, type Socket } from 'node:net';
import { bind } from '../connection/bind.ts';
import type { Listener, ListenOptions } from './listen-options.ts';

/** Takes each connection of a bound address, and what goes wrong with accepting them. */
export interface AcceptOptions {
  accept(socket: Socket): void;
  /** Called when a connection could not be accepted, such as for want of file descriptors. */
  failed(error: Error): void;
}

/**
 * Binds an address and accepts connections, whatever is spoken on them.
 *
 * @throws the system's error, such as `EADDRINUSE`
 */
export async function acceptConnections(
  where: ListenOptions,
  { accept, failed }: AcceptOptions,
): Promise<Listener> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    accept(socket);
  });
  const { address, port } = await bind(server, where);
  server.on('error', failed);
  return {
    address,
    port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
    destroy() {
      for (const socket of open) socket.destroy();
    },
  };
}
