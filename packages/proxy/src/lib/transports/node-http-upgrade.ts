import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Exchange } from '../exchange.ts';
import { fieldValues } from '../headers/raw-headers.ts';
import { hasContent } from '../request/framing.ts';
import { nodeHttpExchange } from './node-http-exchange.ts';
import type { ConnectionPolicy } from './node-http-response.ts';

/**
 * Whether a request asks for a switch that is served. Any other is answered as an ordinary request, as a server may
 * ignore `Upgrade` (RFC 9110 §7.8): so `h2c` never slips through to an upstream.
 */
export function wantsUpgrade(request: IncomingMessage, upgrades: ReadonlySet<string>): boolean {
  return request.httpVersion === '1.1' && upgrades.has(protocolOf(request));
}

/**
 * Makes an exchange of an `upgrade` event of `node:http`, which brings a bare connection and no response object. The
 * connection is closed after any answer but 101.
 */
export function upgradeExchange(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  policy: ConnectionPolicy,
  upgrades: ReadonlySet<string>,
): Exchange {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  try {
    response.assignSocket(socket as Socket);
  } catch {
    // Another handler of the same server still writes an answer to a request pipelined before this one.
    socket.destroy();
  }
  response.once('finish', () => socket.end(() => socket.destroy()));
  socket.on('error', () => {});
  // Content cannot be read here. Named as an upgrade, even one that is not served, the request is refused for it.
  const asked = wantsUpgrade(request, upgrades) || hasContent(request.rawHeaders);
  const protocol = asked ? protocolOf(request) : undefined;
  return nodeHttpExchange(request, response, policy, { upgrade: { protocol, socket, head } });
}

function protocolOf(request: IncomingMessage): string {
  const protocols = fieldValues(request.rawHeaders, 'upgrade');
  return protocols.length === 1 ? (protocols[0] as string).trim().toLowerCase() : '';
}
