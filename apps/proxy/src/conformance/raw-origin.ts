import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Head, parseHead } from './message.ts';

/** A request as the origin got it, byte by byte. */
export interface SeenRequest extends Head {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

/** What the origin does: bytes to send, or bytes and then the end of the connection. */
export type Reaction = string | { readonly bytes: string; readonly after: 'end' | 'reset' };

/** An origin that reads and writes bytes, and nothing else. */
export interface RawOrigin extends AsyncDisposable {
  readonly address: string;
  /** Everything asked so far. */
  readonly seen: SeenRequest[];
  react: (request: SeenRequest) => Reaction | Promise<Reaction>;
}

/** Starts an origin on a free port. */
export async function rawOrigin(): Promise<RawOrigin> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let received = '';
    let waiting = Promise.resolve();
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (let next = take(received); next !== undefined; next = take(received)) {
        received = next.rest;
        const { request } = next;
        origin.seen.push(request);
        waiting = waiting.then(async () => send(socket, await origin.react(request)));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin: RawOrigin = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    react: () => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  return origin;
}

function send(socket: Socket, reaction: Reaction): void {
  if (typeof reaction === 'string') {
    socket.write(reaction, 'latin1');
    return;
  }
  const { bytes, after } = reaction;
  if (after === 'end') socket.end(bytes, 'latin1');
  else socket.write(bytes, 'latin1', () => socket.resetAndDestroy());
}

function take(received: string): { request: SeenRequest; rest: string } | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = parseHead(received.slice(0, end));
  const [method = '', target = ''] = head.startLine.split(' ');
  const chunked = head.value('transfer-encoding') === 'chunked';
  const last = chunked ? received.indexOf('0\r\n\r\n', end) : -1;
  if (chunked && last === -1) return undefined;
  const bodyEnd = chunked ? last + 5 : end + 4 + Number(head.value('content-length') ?? 0);
  if (received.length < bodyEnd) return undefined;
  const body = received.slice(end + 4, bodyEnd);
  return { request: { ...head, method, target, body }, rest: received.slice(bodyEnd) };
}
