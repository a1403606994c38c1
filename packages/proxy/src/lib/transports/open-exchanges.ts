import type { Duplex } from 'node:stream';

/** An exchange as its connection sees it. */
export interface OpenExchange {
  /** Whether a final response has been started. */
  readonly started: boolean;
  /** Whether the whole request has arrived. */
  readonly received: boolean;
  connectionClosed(): void;
}

/** The exchanges open on each connection: several where a client pipelines. One listener serves them all. */
const connections = new WeakMap<Duplex, Set<OpenExchange>>();

/** Adds an exchange to its connection; it is told when that closes. */
export function exchangeOpened(socket: Duplex, exchange: OpenExchange): void {
  let open = connections.get(socket);
  if (open === undefined) {
    open = new Set();
    connections.set(socket, open);
    const all = open;
    socket.once('close', () => {
      for (const one of all) one.connectionClosed();
    });
  }
  open.add(exchange);
}

/** Takes an exchange that is over from its connection. */
export function exchangeClosed(socket: Duplex, exchange: OpenExchange): void {
  connections.get(socket)?.delete(exchange);
}

/**
 * Whether an error response on a connection that broke the protocol would be taken for the answer to the right request:
 * nothing is open, or only the request that is broken itself.
 */
export function canAnswerError(socket: Duplex): boolean {
  const open = connections.get(socket);
  if (open === undefined || open.size === 0) return true;
  const [only] = open;
  return open.size === 1 && only !== undefined && !only.started && !only.received;
}
