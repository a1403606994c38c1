import { connect, type Socket } from 'node:net';

/** A client that reads and writes bytes. */
export interface RawClient extends Disposable {
  readonly socket: Socket;
  readonly received: string;
  write(text: string): void;
  /** Resolves with all that was received once it contains the text, or matches; rejects when the connection closes first. */
  until(text: string | RegExp): Promise<string>;
  /** Resolves with all that was received when the connection has closed; `reset` tells how. */
  end(): Promise<{ text: string; reset: boolean }>;
}

/** Connects and sends the first bytes. */
export function rawClient(port: number, text = ''): RawClient {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  let reset = false;
  const waiters = new Set<() => void>();
  socket.on('error', (error: NodeJS.ErrnoException) => {
    reset ||= error.code === 'ECONNRESET';
  });
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    for (const check of waiters) check();
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  if (text !== '') socket.write(text, 'latin1');
  return {
    socket,
    get received() {
      return received;
    },
    write: (more) => void socket.write(more, 'latin1'),
    until: (wanted) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const found = typeof wanted === 'string' ? received.includes(wanted) : wanted.test(received);
          if (found) resolve(received);
        };
        waiters.add(check);
        check();
        void closed.then(() => reject(new Error(`closed before ${String(wanted)}: ${received}`)));
      }),
    async end() {
      await closed;
      return { text: received, reset };
    },
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Sends one request with `Connection: close` semantics left to its text and returns the whole answer. */
export async function exchangeBytes(port: number, text: string): Promise<string> {
  using client = rawClient(port, text);
  return (await client.end()).text;
}

/** Splits an answer into its head and body. */
export function parts(answer: string): { status: number; head: string; body: string } {
  const end = answer.indexOf('\r\n\r\n');
  return { status: Number(answer.slice(9, 12)), head: answer.slice(0, end + 2), body: answer.slice(end + 4) };
}
