import type { Socket } from 'node:net';
import type { ProxiedConnection } from '../proxy-protocol/proxy-header.ts';
import { plainAddress } from './ip-address.ts';

/** The two ends of an accepted connection as the system knows them; undefined when its client has already gone. */
export function socketEnds(socket: Socket): ProxiedConnection | undefined {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return {
    source: { address: plainAddress(remoteAddress), port: remotePort },
    destination: { address: plainAddress(localAddress ?? '0.0.0.0'), port: localPort ?? 0 },
  };
}
