import type { Duplex } from 'node:stream';
import { createRoster, type Roster, type Rostered } from '@evenkeel/core';

/** An exchange as its connection sees it. */
export interface OpenExchange extends Rostered {
  /** Whether a final response has been started. */
  readonly started: boolean;
  /** Whether the whole request has arrived. */
  readonly received: boolean;
  connectionClosed(): void;
}

interface Connection {
  readonly open: Roster<OpenExchange>;
  /** What a client has pipelined, in order. */
  readonly waiting: (() => void)[];
  paused: boolean;
}

const connections = new WeakMap<Duplex, Connection>();

/** Requests waiting on one connection from which on nothing more is read of it. */
const MAX_WAITING = 100;

/**
 * Begins with a request once those before it on its connection are over. Answers have an order anyway (RFC 9112 §9.3.2),
 * and begun at once, the requests of one packet would open a thousand connections upstream.
 */
export function inTurn(socket: Duplex, begin: () => void): void {
  const connection = connectionOf(socket);
  if (connection.open.size === 0 && connection.waiting.length === 0) {
    begin();
    return;
  }
  connection.waiting.push(begin);
  if (connection.waiting.length >= MAX_WAITING) {
    connection.paused = true;
    socket.pause();
  }
}

/** Adds an exchange to its connection; it is told when that closes. */
export function exchangeOpened(socket: Duplex, exchange: OpenExchange): void {
  connectionOf(socket).open.add(exchange);
}

/** Takes an exchange that is over from its connection: it is the next one's turn. */
export function exchangeClosed(socket: Duplex, exchange: OpenExchange): void {
  const connection = connections.get(socket);
  if (connection?.open.delete(exchange) !== true) return;
  const { open, waiting } = connection;
  while (open.size === 0 && waiting.length > 0 && !socket.destroyed) waiting.shift()?.();
  if (!connection.paused) return;
  connection.paused = waiting.length > 0;
  if (connection.paused) socket.pause();
  else socket.resume();
}

/**
 * Whether an error response on a connection that broke the protocol would be taken for the answer to the right request:
 * nothing is open, or only the request that is broken itself.
 */
export function canAnswerError(socket: Duplex): boolean {
  const open = connections.get(socket)?.open;
  if (open === undefined || open.size === 0) return true;
  const [only] = open.values();
  return open.size === 1 && only !== undefined && !only.started && !only.received;
}

/** One listener serves all exchanges of a connection. */
function connectionOf(socket: Duplex): Connection {
  const known = connections.get(socket);
  if (known !== undefined) return known;
  const connection: Connection = { open: createRoster(), waiting: [], paused: false };
  connections.set(socket, connection);
  socket.once('close', () => {
    for (const one of connection.open.values()) one.connectionClosed();
  });
  return connection;
}
