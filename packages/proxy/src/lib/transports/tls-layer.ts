import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import type { Clock } from '@evenkeel/core';
import { clientAddressOf, namedEnds, nameEnds } from '../connection/named-ends.ts';
import type { ProxyEvents } from '../events/proxy-events.ts';
import { keepClientSubject } from './client-subject.ts';
import type { Layer } from './listen-options.ts';
import type { ResolvedConnectionOptions } from './node-http-options.ts';
import { loadCertificates } from './tls-certificates.ts';
import { readPemFiles, tlsFiles, watchFiles } from './tls-files.ts';
import type { ResolvedTlsOptions } from './tls-options.ts';

/** What a layer of TLS is made of, beside its options. */
export interface TlsLayerContext {
  readonly connections: ResolvedConnectionOptions;
  readonly clock: Clock;
  readonly events: ProxyEvents;
  /** What ALPN offers, the best first. */
  readonly protocols: readonly string[];
  /** Which layer speaks the protocol that ALPN chose; undefined refuses the connection. */
  next(protocol: string | undefined): Layer | undefined;
}

/**
 * Ends TLS: shakes hands on each connection, with the certificate for the name that the client asks for, and hands the clear
 * text on. Certificates follow their files; a change that makes no sense leaves the old ones in place.
 *
 * @throws InvalidOptionsError naming the file
 */
export async function tlsLayer(options: ResolvedTlsOptions, context: TlsLayerContext): Promise<Layer> {
  const { connections, clock, events } = context;
  const { clientAuth } = options;
  const paths = tlsFiles(options);
  let files = await readPemFiles(paths);
  let certificates = loadCertificates(options, files);
  /** Those under way, by the address and port of the client: that is all that a connection and its clear text share. */
  const handshakes = new Map<string, Socket>();
  const server = createServer({
    ...certificates.fallback,
    ALPNProtocols: [...context.protocols],
    allowHalfOpen: true,
    handshakeTimeout: connections.headersTimeoutMs,
    requestCert: clientAuth !== undefined,
    rejectUnauthorized: clientAuth?.mode === 'required',
    SNICallback: (servername, callback) => callback(null, certificates.find(servername)),
  });
  const refuse = (socket: TLSSocket, error: unknown): void => {
    const { authorizationError } = socket;
    const remoteAddress = clientAddressOf(handshakes.get(peerOf(socket)) ?? socket);
    socket.on('error', () => {});
    socket.destroy();
    const reason = authorizationError ? 'bad-client-certificate' : 'bad-tls';
    events.emit({ type: 'connectionRefused', remoteAddress, reason, error: authorizationError ?? error });
  };
  server.on('tlsClientError', (error, socket) => refuse(socket, error));
  server.on('secureConnection', (socket) => {
    const accepted = handshakes.get(peerOf(socket));
    const ends = accepted && namedEnds(accepted);
    if (ends !== undefined) nameEnds(socket, ends);
    handshakes.delete(peerOf(socket));
    const layer = context.next(socket.alpnProtocol || undefined);
    if (clientAuth !== undefined && !keepClientSubject(socket, clientAuth.mode)) {
      refuse(socket, new Error('the client has no certificate that holds'));
    } else if (layer === undefined) refuse(socket, new Error('the client offers no protocol that is served'));
    else layer.accept(socket);
  });

  const reload = async (): Promise<void> => {
    const read = await readPemFiles(paths);
    if (read.print === files.print) return;
    files = read;
    try {
      certificates = loadCertificates(options, read);
      server.setSecureContext(certificates.fallback);
      events.emit({ type: 'certificatesReloaded', files: paths });
    } catch (error) {
      events.emit({ type: 'certificatesRejected', files: paths, error });
    }
  };
  const watch = watchFiles(paths, { clock, pollMs: options.pollMs, changed: () => void reload() });
  return {
    accept(socket) {
      const peer = peerOf(socket);
      handshakes.set(peer, socket);
      socket.once('close', () => {
        if (handshakes.get(peer) === socket) handshakes.delete(peer);
      });
      server.emit('connection', socket);
    },
    closeIdle() {
      for (const socket of handshakes.values()) socket.destroy();
    },
    end: () => watch[Symbol.dispose](),
  };
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
