import { createServer, type Socket } from 'node:net';
import { bind } from '../connection/bind.ts';
import type { ListenOptions } from './listen-options.ts';

/** Takes each connection of a bound address, and what goes wrong with accepting them. */
export interface AcceptOptions {
  accept(socket: Socket): void;
  /** Called when a connection could not be accepted, such as for want of file descriptors. */
  failed(error: Error): void;
}

/** A bound address. */
export interface Accepting {
  readonly address: string;
  /** The real port, also where 0 was asked for. */
  readonly port: number;
  /** Connections that are open. */
  readonly connections: number;
  /** Accepts no more; resolves when the last connection has closed. */
  stop(): Promise<void>;
  /** The same, and closes every connection now. */
  destroy(): void;
}

/**
 * Binds an address and accepts connections, whatever is spoken on them.
 *
 * @throws the system's error, such as `EADDRINUSE`
 */
export async function acceptConnections(
  where: ListenOptions,
  { accept, failed }: AcceptOptions,
): Promise<Accepting> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    accept(socket);
  });
  const { address, port } = await bind(server, where);
  server.on('error', failed);
  const stop = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  return {
    address,
    port,
    get connections() {
      return open.size;
    },
    stop,
    destroy() {
      void stop();
      for (const socket of open) socket.destroy();
    },
  };
}
