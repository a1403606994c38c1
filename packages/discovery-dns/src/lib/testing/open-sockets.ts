import { subscribe } from 'node:diagnostics_channel';
import type { EventEmitter } from 'node:events';

const open = new Set<unknown>();

function follow(message: unknown): void {
  const { socket } = message as { socket: EventEmitter };
  open.add(socket);
  socket.once('close', () => open.delete(socket));
}
subscribe('udp.socket', follow);
subscribe('net.client.socket', follow);

/** How many UDP sockets and TCP clients this process has open, the UDP sockets of fake servers included. */
export function openSockets(): number {
  return open.size;
}
