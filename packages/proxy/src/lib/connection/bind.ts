import type { AddressInfo, Server } from 'node:net';
import type { ListenAddress } from './listen-options.ts';

/** Where a listener accepts connections. */
export interface BoundAddress {
  readonly address: string;
  /** The real port, also where 0 was asked for. */
  readonly port: number;
}

/**
 * Starts a server.
 *
 * @throws the system's error, such as `EADDRINUSE`
 */
export function bind(server: Server, { port, host }: ListenAddress): Promise<BoundAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject);
      const { address, port: bound } = server.address() as AddressInfo;
      resolve({ address, port: bound });
    });
  });
}
