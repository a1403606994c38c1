import type { Socket } from 'node:net';
import { plainAddress } from '../connection/ip-address.ts';
import { nameEnds } from '../connection/named-ends.ts';
import type { ProxyEvents } from '../events/proxy-events.ts';
import type { Accept } from '../proxy-protocol/accept-proxy.ts';
import type { Layer } from './listen-options.ts';

/** Hands a socket on when it is known whose connection it carries; any other is reset. */
export function proxyProtocolLayer(next: Layer, accept: Accept, events: ProxyEvents): Layer {
  const waiting = new Set<Socket>();
  let closed = false;
  const close = (): void => {
    closed = true;
    for (const socket of waiting) socket.destroy();
  };
  return {
    accept(socket) {
      socket.on('error', () => {});
      waiting.add(socket);
      accept(socket, (accepted) => {
        waiting.delete(socket);
        if ('ends' in accepted && !closed) {
          nameEnds(socket, accepted.ends);
          next.accept(socket);
          return;
        }
        if ('reason' in accepted && accepted.reason !== 'client-gone') {
          const reason = closed ? 'closing' : accepted.reason;
          const remoteAddress = plainAddress(socket.remoteAddress);
          events.emit({ type: 'connectionRefused', remoteAddress, reason, error: accepted.error });
        }
        socket.resetAndDestroy();
      });
    },
    closeIdle: close,
    end: close,
  };
}
