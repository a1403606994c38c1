import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** One connection to a {@link RawUpstream}, byte by byte. */
export interface UpstreamConnection {
  readonly socket: Socket;
  /** Everything received so far. */
  readonly received: string;
  /** Resolves when what was received contains the text. */
  until(text: string): Promise<string>;
  /** Resolves when the connection has closed. */
  readonly closed: Promise<void>;
}

/** An upstream that reads and writes bytes, and nothing else. */
export interface RawUpstream extends AsyncDisposable {
  readonly port: number;
  readonly connections: readonly UpstreamConnection[];
  /** Resolves with the n-th connection, counted from 0. */
  connection(n: number): Promise<UpstreamConnection>;
}

/** Starts an upstream that answers each request head with `respond`, or leaves all to the test. */
export async function rawUpstream(
  respond?: string | ((head: string, connection: UpstreamConnection) => void),
): Promise<RawUpstream> {
  const connections: UpstreamConnection[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((socket) => {
    let received = '';
    let read = 0;
    const waiters = new Set<() => void>();
    const connection: UpstreamConnection = {
      socket,
      get received() {
        return received;
      },
      until: (text) =>
        new Promise((resolve, reject) => {
          const check = (): void => {
            if (received.includes(text)) resolve(received);
          };
          waiters.add(check);
          socket.once('close', () => reject(new Error(`closed before ${JSON.stringify(text)}: ${received}`)));
          check();
        }),
      closed: new Promise((resolve) => socket.once('close', () => resolve())),
    };
    connection.closed.catch(() => {});
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (const check of waiters) check();
      if (respond === undefined) return;
      for (let end = received.indexOf(END, read); end !== -1; end = received.indexOf(END, read)) {
        const head = received.slice(read, end + END.length);
        const body = bodyEnd(head, received, end + END.length);
        read = body;
        if (typeof respond === 'string') socket.write(respond, 'latin1');
        else respond(head, connection);
      }
    });
    connections.push(connection);
    for (const check of waiting) check();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    connection: (n) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = connections[n];
          if (found !== undefined) resolve(found);
        };
        waiting.add(check);
        check();
      }),
    async [Symbol.asyncDispose]() {
      server.close();
      for (const { socket } of connections) socket.destroy();
      await once(server, 'close');
    },
  };
}

const END = '\r\n\r\n';

/** Where the next request begins. */
function bodyEnd(head: string, received: string, start: number): number {
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1];
  if (length !== undefined) return start + Number(length);
  if (!/\r\ntransfer-encoding: chunked\r\n/i.test(head)) return start;
  const last = received.indexOf('0\r\n\r\n', start);
  return last === -1 ? Number.POSITIVE_INFINITY : last + 5;
}
