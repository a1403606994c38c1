import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorResponse } from '../errors/error-response.ts';
import type { Failure } from '../errors/reason.ts';
import type { RawHeaders } from '../exchange.ts';

/** Writes a status line and fields as HTTP/1.1 sends them. */
export function responseHead(status: number, headers: RawHeaders): Buffer {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;
  for (let i = 0; i + 1 < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return Buffer.from(`${head}\r\n`, 'latin1');
}

/**
 * Answers a connection that has no parsed request, then closes it. Reading goes on for a moment, as a connection that
 * is closed with unread bytes is reset, and the client may lose the answer (RFC 9112 §9.6).
 */
export function refuseConnection(socket: Duplex, failure: Failure): void {
  socket.on('error', () => {});
  const { headers, body } = errorResponse(failure);
  const date = new Date().toUTCString();
  const head = responseHead(failure.status, [...headers, 'date', date, 'connection', 'close']);
  socket.end(Buffer.concat([head, body]));
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.once('end', () => socket.destroy());
  socket.once('close', () => clearTimeout(timer));
}

const LINGER_MS = 1_000;
