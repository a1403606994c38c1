import { createServer, type RequestListener, type Server } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';

/** A server on a free port of the loopback interface. */
export interface TestServer<S = Server> extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly server: S;
  /** Requests, or connections of a raw server, so far. */
  readonly count: number;
  /** Open connections. */
  readonly sockets: ReadonlySet<Socket>;
}

/** Serves HTTP with a listener of `node:http`. */
export async function httpServer(listener: RequestListener): Promise<TestServer> {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    listener(request, response);
  });
  const listening = await listen(server);
  return {
    ...listening,
    server,
    get count() {
      return count;
    },
  };
}

/** Answers every request with a status and a body. */
export function answering(
  status: number,
  body = '',
  headers: Record<string, string> = {},
): Promise<TestServer> {
  return httpServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(status, headers).end(body));
  });
}

/** Hands each connection to a callback. */
export async function rawServer(onConnection: (socket: Socket) => void): Promise<TestServer<TcpServer>> {
  let count = 0;
  const server = createTcpServer((socket) => {
    count += 1;
    socket.on('error', () => {});
    onConnection(socket);
  });
  const listening = await listen(server);
  return {
    ...listening,
    server,
    get count() {
      return count;
    },
  };
}

/** Takes connections and requests, and never answers. */
export function hangingServer(): Promise<TestServer<TcpServer>> {
  return rawServer((socket) => void socket.resume());
}

/** Resets each connection as soon as a request arrives. */
export function resettingServer(): Promise<TestServer<TcpServer>> {
  return rawServer((socket) => void socket.once('data', () => socket.resetAndDestroy()));
}

/** An address that refuses connections. */
export async function refusingAddress(): Promise<string> {
  await using server = await rawServer(() => {});
  return server.address;
}

async function listen(
  server: TcpServer,
): Promise<Pick<TestServer, 'address' | 'port' | 'sockets' | typeof Symbol.asyncDispose>> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    port,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
