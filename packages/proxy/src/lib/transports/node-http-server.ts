import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { failure, type KnownReason } from '../errors/reason.ts';
import type { ProxyEvents } from '../events/proxy-events.ts';
import type { Exchange } from '../exchange.ts';
import { closeHttpServer, stopAccepting } from './close-http-server.ts';
import { nodeHttpListeners } from './node-http-listeners.ts';
import type { ResolvedConnectionOptions } from './node-http-options.ts';
import type { ConnectionPolicy } from './node-http-response.ts';
import { wantsUpgrade } from './node-http-upgrade.ts';
import { refuseInTurn } from './open-exchanges.ts';
import { refuseConnection } from './raw-response.ts';

/** Where a listener is to accept connections. */
export interface ListenOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** @default all addresses */
  readonly host?: string;
}

/** A listener that accepts connections. */
export interface Listener {
  readonly address: string;
  /** The real port, also where 0 was asked for. */
  readonly port: number;
  /** Connections that are open. */
  readonly connections: number;
  /** Stops accepting at once. */
  stop(): void;
  /**
   * Stops accepting, asks clients to close their connections, and closes what stays idle for `idleMs`; resolves when the last
   * connection has closed.
   */
  close(idleMs: number): Promise<void>;
  /** Stops accepting, and closes every connection now. */
  destroy(): void;
  /** Sets other limits, for connections or requests to come. */
  limit(connections: ResolvedConnectionOptions): void;
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
  const { connections, upgrades, events, handle } = transport;
  const policy = listenerPolicy(transport.policy);
  const server = createServer({
    ...serverLimits(connections),
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
    noDelay: true,
    requireHostHeader: false,
    shouldUpgradeCallback: (request) => wantsUpgrade(request, upgrades),
  });
  // The default drops fields beyond 2,000 in silence; the pipeline has a limit that answers.
  server.maxHeadersCount = 0;
  let open = 0;
  server.on('connection', (socket) => {
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
  });
  const on = nodeHttpListeners(policy, upgrades, handle);
  server.on('request', (request, response) => on.request(request, response));
  server.on('checkContinue', (request, response) => {
    on.request(request, response, { expectsContinue: true });
  });
  // What is expected, and cannot be met, the pipeline refuses.
  server.on('checkExpectation', (request, response) => on.request(request, response));
  // `node:http` no longer counts these among its own.
  const bare = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    bare.add(socket);
    socket.once('close', () => bare.delete(socket));
    on.upgrade(request, socket, head);
  });
  server.on('connect', on.connect);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What follows the last request of a connection is nobody's (RFC 9112 §9.6), and must not cost its answer.
    if (error.code === 'HPE_CLOSED_CONNECTION') return;
    const reason = REASON_OF_CODE[error.code ?? ''] ?? 'bad-request';
    const refuse = (): void => {
      refuseConnection(socket, failure(reason));
      const { remoteAddress } = socket as Socket;
      events.emit({ type: 'connectionRefused', remoteAddress, reason, error });
    };
    refuseInTurn(socket, refuse);
  });
  await bind(server, where);
  server.on('error', (error) => events.emit({ type: 'listenerFailed', error }));
  const { address, port } = server.address() as AddressInfo;
  return {
    address,
    port,
    get connections() {
      return open;
    },
    stop: () => void stopAccepting(server),
    close(idleMs) {
      policy.drain();
      return closeHttpServer(server, idleMs, policy.clock);
    },
    destroy() {
      void stopAccepting(server);
      server.closeAllConnections();
      for (const socket of bare) socket.destroy();
    },
    limit(next) {
      if (!policy.draining) Object.assign(server, serverLimits(next));
    },
  };
}

/** The policy of all listeners, for one that may be drained while the others go on. */
function listenerPolicy(shared: ConnectionPolicy): ConnectionPolicy & { drain(): void } {
  let draining = false;
  return {
    clock: shared.clock,
    get draining() {
      return draining || shared.draining;
    },
    get sendTimeoutMs() {
      return shared.sendTimeoutMs;
    },
    get lingerMs() {
      return shared.lingerMs;
    },
    drain() {
      draining = true;
    },
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

function bind(server: Server, { port, host }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
