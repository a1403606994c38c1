import type { Duplex } from 'node:stream';

/** An exchange as its connection sees it. */
export interface OpenExchange {
  /** Whether a final response has been started. */
  readonly started: boolean;
  /** Whether the whole request has arrived. */
  readonly received: boolean;
  connectionClosed(): void;
}

interface Connection {
  /** One at a time, as answers have an order. */
  open: OpenExchange | undefined;
  /** What a client has pipelined, in order. */
  readonly waiting: Waiting[];
  /** The last exchange, where it was over before the whole of its request was here. */
  unread: OpenExchange | undefined;
  paused: boolean;
  /** Whether the client broke the protocol, so that nothing more of what it sends is understood. */
  broken: boolean;
}

interface Waiting {
  begin(): void;
  /** Whether the whole request has arrived. */
  whole(): boolean;
}

const connections = new WeakMap<Duplex, Connection>();

/** Requests waiting on one connection from which on nothing more is read of it. */
const MAX_WAITING = 100;

/**
 * Begins with a request once those before it on its connection are over. Answers have an order anyway (RFC 9112 §9.3.2),
 * and begun at once, the requests of one packet would open a thousand connections upstream.
 *
 * @param whole whether the whole request has arrived
 */
export function inTurn(socket: Duplex, begin: () => void, whole = (): boolean => true): void {
  const connection = connectionOf(socket);
  if (connection.open === undefined && connection.waiting.length === 0) {
    begin();
    return;
  }
  connection.waiting.push({ begin, whole });
  if (connection.waiting.length >= MAX_WAITING) {
    connection.paused = true;
    socket.pause();
  }
}

/** Adds an exchange to its connection; it is told when that closes. */
export function exchangeOpened(socket: Duplex, exchange: OpenExchange): void {
  connectionOf(socket).open = exchange;
}

/** Takes an exchange that is over from its connection: it is the next one's turn. */
export function exchangeClosed(socket: Duplex, exchange: OpenExchange): void {
  const connection = connections.get(socket);
  if (connection?.open !== exchange) return;
  connection.open = undefined;
  connection.unread = exchange.received ? undefined : exchange;
  const { waiting } = connection;
  // What a client sent behind its last request is nobody's (RFC 9112 §9.6).
  if (!socket.writable) waiting.length = 0;
  while (connection.open === undefined && waiting.length > 0 && socket.writable) waiting.shift()?.begin();
  if (!connection.paused) return;
  connection.paused = waiting.length > 0;
  if (connection.paused) socket.pause();
  else socket.resume();
}

/**
 * Refuses a connection that broke the protocol: at once when nothing is open, or only the request that is broken itself;
 * else in turn, so that nobody takes the refusal for the answer to another request. Where none would be understood, as the
 * broken request has been answered, or its answer begun, the connection is only closed.
 */
export function refuseInTurn(socket: Duplex, refuse: () => void): void {
  const connection = connectionOf(socket);
  if (connection.broken) return;
  connection.broken = true;
  const { open: current, waiting, unread } = connection;
  if (!socket.writable || (current?.received === false && current.started)) socket.destroy();
  else if (current?.received === true) {
    if (waiting.at(-1)?.whole() === false) waiting.pop();
    waiting.push({ begin: refuse, whole: () => true });
  } else if (current === undefined && unread?.received === false) socket.end();
  else refuse();
}

/** One listener serves all exchanges of a connection. */
function connectionOf(socket: Duplex): Connection {
  const known = connections.get(socket);
  if (known !== undefined) return known;
  const connection: Connection = {
    open: undefined,
    waiting: [],
    unread: undefined,
    paused: false,
    broken: false,
  };
  connections.set(socket, connection);
  socket.once('close', () => connection.open?.connectionClosed());
  return connection;
}
