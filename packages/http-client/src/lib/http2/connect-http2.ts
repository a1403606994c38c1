import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Clock } from '@evenkeel/core';
import { errors } from 'undici';

/** Where a connection goes, and how. */
export interface Http2Target {
  readonly origin: URL;
  /** Sent as SNI, and checked against the certificate. */
  readonly servername: string | undefined;
}

/** How connections are made. */
export interface Http2ConnectOptions {
  /** Options of `node:tls`, for `https:`. */
  readonly tls: ConnectionOptions;
  /** How long it may take, TLS included, in ms; 0 sets no limit. */
  readonly connectMs: number;
  readonly clock: Clock;
}

/** A connection that is being made. */
export interface Http2Connecting {
  /** Rejects when it cannot be made, in time and with HTTP/2 chosen by ALPN. */
  readonly session: Promise<ClientHttp2Session>;
  /** Gives up. */
  destroy(error: Error): void;
}

/** Octets that may be on the way on all streams of a connection together. */
const CONNECTION_WINDOW = 2 ** 20;

/** Connects: over TLS when the endpoint chooses HTTP/2 (RFC 9113 §3.2), or in clear text with prior knowledge (§3.3). */
export function connectOver(
  target: Http2Target,
  { tls, connectMs, clock }: Http2ConnectOptions,
): Http2Connecting {
  const { origin } = target;
  const host = origin.hostname.replace(/^\[|\]$/g, '');
  const secure = origin.protocol === 'https:';
  const port = Number(origin.port || (secure ? 443 : 80));
  const socket = secure
    ? connectTls({ ...tls, host, port, ALPNProtocols: ['h2'], servername: serverName(target, host) })
    : connectTcp({ host, port, noDelay: true });
  const { promise, resolve, reject } = Promise.withResolvers<ClientHttp2Session>();
  const timer =
    connectMs > 0 ? clock.setTimer(() => destroy(new errors.ConnectTimeoutError()), connectMs) : undefined;
  const destroy = (error: Error): void => void socket.destroy(error);
  socket.once('error', reject);
  socket.once('close', () => {
    timer?.[Symbol.dispose]();
    reject(new errors.SocketError('the endpoint closed the connection before it was made'));
  });
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    timer?.[Symbol.dispose]();
    if (secure && (socket as { alpnProtocol?: unknown }).alpnProtocol !== 'h2') {
      destroy(new errors.SocketError('the endpoint does not speak HTTP/2 (ALPN)'));
      return;
    }
    resolve(sessionOn(socket, origin));
  });
  return { session: promise, destroy };
}

function serverName({ servername }: Http2Target, host: string): string {
  return servername ?? (isIP(host) === 0 ? host : '');
}

function sessionOn(socket: Socket, origin: URL): ClientHttp2Session {
  socket.setNoDelay(true);
  const session = connectHttp2(origin.origin, {
    createConnection: () => socket,
    settings: { enablePush: false },
    // Upstreams may say twice what others say once.
    ...{ strictSingleValueFields: false },
  });
  session.once('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW));
  return session;
}
