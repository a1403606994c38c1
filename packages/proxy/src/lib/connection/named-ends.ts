import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ProxiedConnection } from '../proxy-protocol/proxy-header.ts';
import { plainAddress } from './ip-address.ts';
import { socketEnds } from './socket-ends.ts';

const named = new WeakMap<Duplex, ProxiedConnection>();

/** Notes whose connection a socket carries, where that is not the one that the system knows. */
export function nameEnds(socket: Duplex, ends: ProxiedConnection): void {
  named.set(socket, ends);
}

/** Whose connection a socket carries by a PROXY header; undefined when none named it. */
export function namedEnds(socket: Duplex): ProxiedConnection | undefined {
  return named.get(socket);
}

/** The address of the client that a socket belongs to; undefined when it has already gone. */
export function clientAddressOf(socket: Socket): string | undefined {
  return named.get(socket)?.source.address ?? plainAddress(socket.remoteAddress);
}

/** Both ends of a connection, as a PROXY header names them where one does; undefined when its client has already gone. */
export function endsOf(socket: Socket): ProxiedConnection | undefined {
  return named.get(socket) ?? socketEnds(socket);
}
