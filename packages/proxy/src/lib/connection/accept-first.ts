import type { Server, Socket } from 'node:net';
import type { ProxyEvents } from '../events/proxy-events.ts';
import type { Accept } from '../proxy-protocol/accept-proxy.ts';
import { plainAddress } from './ip-address.ts';
import { nameEnds } from './named-ends.ts';

/** Sockets that a server has accepted and not yet begun to serve. */
export interface Arrivals {
  /** Closes them, and from then on each that comes. */
  close(): void;
}

/** Lets a server serve a new socket only when it is known whose connection that carries; any other is reset. */
export function acceptFirst(server: Server, accept: Accept, events: ProxyEvents): Arrivals {
  const serve = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  const waiting = new Set<Socket>();
  let closed = false;
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => {});
    waiting.add(socket);
    accept(socket, (accepted) => {
      waiting.delete(socket);
      if ('ends' in accepted && !closed) {
        nameEnds(socket, accepted.ends);
        for (const listener of serve) listener.call(server, socket);
        return;
      }
      if ('reason' in accepted && accepted.reason !== 'client-gone') {
        const reason = closed ? 'closing' : accepted.reason;
        const remoteAddress = plainAddress(socket.remoteAddress);
        events.emit({ type: 'connectionRefused', remoteAddress, reason, error: accepted.error });
      }
      socket.resetAndDestroy();
    });
  });
  return {
    close() {
      closed = true;
      for (const socket of waiting) socket.destroy();
    },
  };
}
