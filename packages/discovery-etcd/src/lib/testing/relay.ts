import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';

/** Something between a client and a server that a test can cut; it ends TLS if it is told to. */
export interface Relay extends AsyncDisposable {
  /** `host:port`. */
  readonly address: string;
  /** How many connections there were. */
  connections(): number;
  openSockets(): number;
  /** Closes all connections, and takes new ones. */
  cut(): void;
  /** Closes all connections, and new ones at once. */
  goDown(): void;
}

/** Starts one on a free loopback port. */
export async function relay(port: number, tls?: TlsOptions): Promise<Relay> {
  const sockets = new Set<Socket>();
  let count = 0;
  let isDown = false;
  const pass = (client: Socket): void => {
    count++;
    if (isDown) {
      client.destroy();
      return;
    }
    sockets.add(client);
    const upstream = connect(port, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    const end = (): void => {
      sockets.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  };
  const server: Server = tls === undefined ? createServer(pass) : createTlsServer(tls, pass);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => count,
    openSockets: () => sockets.size,
    cut,
    goDown() {
      isDown = true;
      cut();
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
