import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
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
  await bind(server, where);
  server.on('error', failed);
  const { address, port } = server.address() as AddressInfo;
  return {
    address,
    port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
    destroy() {
      for (const socket of open) socket.destroy();
    },
  };
}

function bind(server: Server, { port, host }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
