import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A TCP server that does what the test says with each connection. Its connections are half-open ones. */
export interface TcpEndpoint extends AsyncDisposable {
  readonly port: number;
  readonly address: string;
  readonly sockets: readonly Socket[];
  /** Resolves with the n-th connection, counted from 0. */
  connection(n: number): Promise<Socket>;
}

/** Starts it; by default it sends back what it gets, and ends when the client ends. */
export async function tcpEndpoint(
  onConnection: (socket: Socket) => void = (socket) => void socket.pipe(socket),
): Promise<TcpEndpoint> {
  const sockets: Socket[] = [];
  const waiting = new Set<() => void>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    socket.on('error', () => {});
    sockets.push(socket);
    onConnection(socket);
    for (const check of waiting) check();
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 2_000 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    address: `127.0.0.1:${port}`,
    sockets,
    connection: (n) =>
      new Promise((resolve) => {
        const check = (): void => {
          const socket = sockets[n];
          if (socket !== undefined) resolve(socket);
        };
        waiting.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
