import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An endpoint that answers with its name. */
export interface NamedEndpoint extends AsyncDisposable {
  readonly port: number;
  /** Requests so far. */
  readonly count: number;
  /** Requests for `/held` so far. */
  readonly held: number;
  /** Connections so far. */
  readonly connections: number;
  /** Answers requests for `/held` that are open, and all those to come. */
  release(): void;
}

/** Starts it. Requests for `/held` stay open until they are released. */
export async function namedEndpoint(name: string): Promise<NamedEndpoint> {
  let [count, held, connections] = [0, 0, 0];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    count++;
    request.resume();
    if (request.url === '/held') {
      held++;
      void released.then(() => response.end(name));
    } else response.end(name);
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get count() {
      return count;
    },
    get held() {
      return held;
    },
    get connections() {
      return connections;
    },
    release,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
