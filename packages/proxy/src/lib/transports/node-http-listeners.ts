import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { failure } from '../errors/reason.ts';
import type { Exchange } from '../exchange.ts';
import { nodeHttpExchange, type RequestKind } from './node-http-exchange.ts';
import type { ConnectionPolicy } from './node-http-response.ts';
import { upgradeExchange } from './node-http-upgrade.ts';
import { inTurn } from './open-exchanges.ts';
import { refuseConnection } from './raw-response.ts';

/** Listeners for the events of a `node:http` server that bring requests: each becomes an exchange when it is its turn. */
export interface NodeHttpListeners {
  request(request: IncomingMessage, response: ServerResponse, kind?: RequestKind): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  connect(request: IncomingMessage, socket: Duplex): void;
}

/**
 * Makes the listeners.
 *
 * @param upgrades protocols that `Upgrade` may switch to, in lower case
 * @param handle takes each exchange
 */
export function nodeHttpListeners(
  policy: ConnectionPolicy,
  upgrades: ReadonlySet<string>,
  handle: (exchange: Exchange) => void,
): NodeHttpListeners {
  return {
    request(request, response, kind) {
      const begin = (): void => handle(nodeHttpExchange(request, response, policy, kind));
      inTurn(request.socket, begin, () => request.complete);
    },
    upgrade(request, socket, head) {
      socket.on('error', () => {});
      inTurn(socket, () => handle(upgradeExchange(request, socket, head, policy, upgrades)));
    },
    connect(_request, socket) {
      socket.on('error', () => {});
      inTurn(socket, () => refuseConnection(socket, failure('method-not-supported')));
    },
  };
}
