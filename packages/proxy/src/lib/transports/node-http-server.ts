import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { clientAddressOf } from '../connection/named-ends.ts';
import { failure, type KnownReason } from '../errors/reason.ts';
import type { ProxyEvents } from '../events/proxy-events.ts';
import type { Exchange } from '../exchange.ts';
import type { Layer } from './listen-options.ts';
import { nodeHttpListeners } from './node-http-listeners.ts';
import type { ResolvedConnectionOptions } from './node-http-options.ts';
import type { ConnectionPolicy } from './node-http-response.ts';
import { wantsUpgrade } from './node-http-upgrade.ts';
import { refuseInTurn } from './open-exchanges.ts';
import { refuseConnection } from './raw-response.ts';

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

/** Speaks HTTP/1.1 with `node:http` on the connections it is given, and hands each request over as an exchange. */
export function nodeHttpLayer(transport: NodeHttpTransport): Layer {
  const { connections, policy, upgrades, events, handle } = transport;
  const server = createServer({
    ...serverLimits(connections),
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    requireHostHeader: false,
    optimizeEmptyRequests: true,
    shouldUpgradeCallback: (request) => wantsUpgrade(request, upgrades),
  });
  // The default drops fields beyond 2,000 in silence; the pipeline has a limit that answers.
  server.maxHeadersCount = 0;
  const on = nodeHttpListeners(policy, upgrades, handle);
  server.on('request', (request, response) => on.request(request, response));
  server.on('checkContinue', (request, response) => {
    on.request(request, response, { expectsContinue: true });
  });
  // What is expected, and cannot be met, the pipeline refuses.
  server.on('checkExpectation', (request, response) => on.request(request, response));
  server.on('upgrade', on.upgrade);
  server.on('connect', on.connect);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What follows the last request of a connection is nobody's (RFC 9112 §9.6), and must not cost its answer.
    if (error.code === 'HPE_CLOSED_CONNECTION') return;
    const reason = REASON_OF_CODE[error.code ?? ''] ?? 'bad-request';
    const refuse = (): void => {
      refuseConnection(socket, failure(reason));
      const remoteAddress = clientAddressOf(socket as Socket);
      events.emit({ type: 'connectionRefused', remoteAddress, reason, error });
    };
    refuseInTurn(socket, refuse);
  });
  // It never listens itself, but looks for slow connections only from this event on.
  server.emit('listening');
  return {
    accept: (socket) => void server.emit('connection', socket),
    closeIdle: () => server.closeIdleConnections(),
    // Only now, as this ends the time limits of connections as well.
    end: () => void server.close(),
    limit: (next) => void Object.assign(server, serverLimits(next)),
  };
}

/** Limits in the words of `node:http`. */
function serverLimits(connections: ResolvedConnectionOptions) {
  return {
    headersTimeout: connections.headersTimeoutMs,
    requestTimeout: connections.requestTimeoutMs,
    keepAliveTimeout: connections.keepAliveTimeoutMs,
    maxHeaderSize: connections.maxHeaderBytes,
  };
}
