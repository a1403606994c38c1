import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { readRequests, type StrictRequest } from './strict-requests.ts';

/** One connection to a {@link StrictUpstream}. */
export interface StrictConnection {
  readonly socket: Socket;
  /** Every byte that came. */
  readonly received: string;
  /** The requests in them; the last may be incomplete. */
  readonly requests: readonly StrictRequest[];
  /** What in them could be read in more than one way. */
  readonly fault: string | undefined;
}

/** An upstream that records every byte it is sent, and reads them without any leniency. */
export interface StrictUpstream extends AsyncDisposable {
  readonly port: number;
  readonly connections: readonly StrictConnection[];
  /** The whole requests of all connections, in the order in which they were complete. */
  readonly requests: readonly StrictRequest[];
  /** What any connection was sent that could be read in more than one way. */
  readonly faults: readonly string[];
}

/** Answers a whole request. */
export type Answer = (request: StrictRequest, connection: StrictConnection) => void;

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Starts such an upstream. By default it answers 200 with the content `ok`. */
export async function strictUpstream(answer: string | Answer = OK): Promise<StrictUpstream> {
  const connections: StrictConnection[] = [];
  const requests: StrictRequest[] = [];
  const server = createServer((socket) => {
    const connection = {
      socket,
      received: '',
      requests: [] as StrictRequest[],
      fault: undefined as string | undefined,
    };
    connections.push(connection);
    let read = 0;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      connection.received += chunk.toString('latin1');
      const found = readRequests(connection.received.slice(read));
      if (connection.requests.at(-1)?.complete === false) connection.requests.pop();
      connection.requests.push(...found.requests);
      connection.fault ??= found.fault ?? found.requests.find(({ fault }) => fault !== undefined)?.fault;
      for (const request of found.requests) {
        if (!request.complete) break;
        read += request.length;
        requests.push(request);
        if (typeof answer === 'string') socket.write(answer, 'latin1');
        else answer(request, connection);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    requests,
    get faults() {
      return connections.flatMap(({ fault }) => fault ?? []);
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const { socket } of connections) socket.destroy();
      await closed;
    },
  };
}
