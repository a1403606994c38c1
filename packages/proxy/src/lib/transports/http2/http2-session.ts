import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { clientAddressOf } from '../../connection/named-ends.ts';
import type { NodeHttpTransport } from '../node-http-server.ts';
import { floodGuard } from './flood-guard.ts';
import { handleStream } from './http2-exchange.ts';

/** One connection of HTTP/2. */
export interface Http2Connection {
  /** Tells the client to begin nothing more here, lets what is open end, and closes. */
  drain(): void;
  /** Closes when nothing is open on it. */
  closeIdle(): void;
}

/** What a client may do: streams that end by a reset, pings, and settings that change. */
const LIMITS = {
  resets: { burst: 500, perSecond: 50 },
  pings: { burst: 100, perSecond: 10 },
  settings: { burst: 20, perSecond: 1 },
};

/** Octets that may be on the way to this side on all streams of a connection together. */
const CONNECTION_WINDOW = 2 ** 20;

/**
 * Serves the streams of one connection as exchanges, bounds what costs the proxy more than the client, and closes what is
 * idle.
 */
export function serveSession(
  session: ServerHttp2Session,
  socket: Socket,
  transport: NodeHttpTransport,
): Http2Connection {
  const { connections, policy, events } = transport;
  const { clock } = policy;
  const remoteAddress = clientAddressOf(socket);
  const guards = {
    resets: floodGuard(clock, LIMITS.resets),
    pings: floodGuard(clock, LIMITS.pings),
    settings: floodGuard(clock, LIMITS.settings),
  };
  let open = 0;
  let idle: Disposable | undefined;

  const refuse = (error: unknown): void => {
    events.emit({ type: 'connectionRefused', remoteAddress, reason: 'bad-request', error });
  };
  const count = (what: keyof typeof LIMITS): void => {
    if (session.destroyed || guards[what].take()) return;
    const error = new Error(`too many ${what} on one connection`);
    refuse(error);
    session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    setImmediate(() => session.destroy());
  };
  const drain = (): void => {
    // One GOAWAY with the last stream that was taken: later ones may be sent again elsewhere (RFC 9113 §6.8). nghttp2 would
    // ignore, without a word, whatever comes after a first one that promises to take all.
    if (!session.closed) session.close();
  };
  const waitIdle = (ms: number): void => {
    idle?.[Symbol.dispose]();
    idle = ms === 0 ? undefined : clock.setTimer(() => session.close(), ms);
  };

  session.on('error', refuse);
  session.on('close', () => idle?.[Symbol.dispose]());
  session.on('ping', () => count('pings'));
  session.on('remoteSettings', () => count('settings'));
  session.on('stream', (stream: ServerHttp2Stream, _headers: unknown, _flags: number, fields: string[]) => {
    // What breaks a stream breaks its exchange, which tells of it.
    stream.on('error', () => {});
    open += 1;
    idle?.[Symbol.dispose]();
    const response = handleStream(stream, fields, socket, transport);
    // It began after all others were told, as its handshake was still under way then.
    if (policy.draining) drain();
    stream.once('close', () => {
      open -= 1;
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR && !response.aborted) count('resets');
      if (open === 0 && !session.closed) waitIdle(connections.keepAliveTimeoutMs);
    });
  });
  session.setLocalWindowSize(CONNECTION_WINDOW);
  waitIdle(connections.headersTimeoutMs);

  return {
    drain,
    closeIdle() {
      if (open === 0) drain();
    },
  };
}
