import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { acceptFirst } from '../connection/accept-first.ts';
import { bind } from '../connection/bind.ts';
import type { ListenAddress } from '../connection/listen-options.ts';
import { clientAddressOf } from '../connection/named-ends.ts';
import { errorResponse } from '../errors/error-response.ts';
import { failure, type KnownReason } from '../errors/reason.ts';
import type { ProxyEvents } from '../events/proxy-events.ts';
import type { Exchange } from '../exchange.ts';
import { acceptProxy } from '../proxy-protocol/accept-proxy.ts';
import { nodeHttpListeners } from './node-http-listeners.ts';
import type { ResolvedConnectionOptions } from './node-http-options.ts';
import type { ConnectionPolicy } from './node-http-response.ts';
import { wantsUpgrade } from './node-http-upgrade.ts';
import { canAnswerError } from './open-exchanges.ts';
import { refuseConnection } from './raw-response.ts';

/** Where a proxy is to accept connections. */
export type ListenOptions = ListenAddress;

/** A listener that accepts connections. */
export interface Listener {
  readonly address: string;
  /** The real port, also where 0 was asked for. */
  readonly port: number;
  /** Stops accepting and closes what is idle; resolves when the last connection has closed. */
  close(): Promise<void>;
  /** Closes every connection now. */
  destroy(): void;
}

/** How often `node:http` looks for connections that are too slow, in ms. */
const CHECK_INTERVAL_MS = 1_000;

const REASON_OF_CODE: Readonly<Record<string, KnownReason>> = {
  HPE_INVALID_METHOD: 'method-not-supported',
  HPE_INVALID_URL: 'bad-target',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'headers-too-large',
  HPE_INVALID_HEADER_TOKEN: 'bad-header',
  HPE_INVALID_CONTENT_LENGTH: 'bad-framing',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'bad-framing',
  HPE_INVALID_TRANSFER_ENCODING: 'bad-framing',
  HPE_INVALID_CHUNK_SIZE: 'bad-framing',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** What a listener of `node:http` is made of. */
export interface NodeHttpTransport {
  readonly connections: ResolvedConnectionOptions;
  readonly policy: ConnectionPolicy;
  /** Protocols that `Upgrade` may switch to, in lower case. */
  readonly upgrades: ReadonlySet<string>;
  readonly events: ProxyEvents;
  /** Takes each request. */
  handle(exchange: Exchange): void;
}

/** Listens with `node:http` and hands each request over as an exchange. */
export async function listenNodeHttp(where: ListenOptions, transport: NodeHttpTransport): Promise<Listener> {
  const { connections, policy, upgrades, events, handle } = transport;
  const server = createServer({
    headersTimeout: connections.headersTimeoutMs,
    requestTimeout: connections.requestTimeoutMs,
    keepAliveTimeout: connections.keepAliveTimeoutMs,
    maxHeaderSize: connections.maxHeaderBytes,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    noDelay: true,
    requireHostHeader: false,
    shouldUpgradeCallback: (request) => wantsUpgrade(request, upgrades),
  });
  // The default drops fields beyond 2,000 in silence; the pipeline has a limit that answers.
  server.maxHeadersCount = 0;
  const on = nodeHttpListeners(policy, upgrades, handle);
  server.on('request', (request, response) => on.request(request, response));
  server.on('checkContinue', (request, response) => {
    on.request(request, response, { expectsContinue: true });
  });
  server.on('checkExpectation', (_request, response) => {
    const { headers, body } = errorResponse(failure('expectation-failed'));
    response.writeHead(417, headers as string[]).end(body);
  });
  server.on('upgrade', on.upgrade);
  server.on('connect', on.connect);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What follows the last request of a connection is nobody's (RFC 9112 §9.6), and must not cost its answer.
    if (error.code === 'HPE_CLOSED_CONNECTION') return;
    const reason = REASON_OF_CODE[error.code ?? ''] ?? 'bad-request';
    if (!socket.writable || !canAnswerError(socket)) socket.destroy();
    else {
      refuseConnection(socket, failure(reason));
      const remoteAddress = clientAddressOf(socket as Socket);
      events.emit({ type: 'connectionRefused', remoteAddress, reason, error });
    }
  });
  const { proxyProtocol } = where;
  const arrivals = proxyProtocol && acceptFirst(server, acceptProxy(proxyProtocol, policy.clock), events);
  const { address, port } = await bind(server, where);
  server.on('error', (error) => events.emit({ type: 'listenerFailed', error }));
  return {
    address,
    port,
    close: () =>
      new Promise((resolve) => {
        arrivals?.close();
        server.close(() => resolve());
      }),
    destroy: () => server.closeAllConnections(),
  };
}
