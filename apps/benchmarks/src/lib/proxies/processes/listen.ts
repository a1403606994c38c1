import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves with `node:http` on a free port of the loopback interface, and returns the port. */
export async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  // Longer than any benchmark, so that no connection ends for idling between two rounds.
  server.keepAliveTimeout = 600_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
