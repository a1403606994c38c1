import { createServer, type ServerHttp2Session, type ServerOptions, type Settings } from 'node:http2';
import type { Socket } from 'node:net';
import type { Layer } from '../listen-options.ts';
import type { ResolvedConnectionOptions } from '../node-http-options.ts';
import type { NodeHttpTransport } from '../node-http-server.ts';
import { type Http2Connection, serveSession } from './http2-session.ts';

/** Header fields that are taken in before the pipeline's own, smaller limit answers 431. */
const MAX_FIELDS = 2_000;

/** Speaks HTTP/2 with `node:http2` on the connections it is given, and hands each stream over as an exchange. */
export function http2Layer(transport: NodeHttpTransport): Layer {
  const { events } = transport;
  const open = new Set<Http2Connection>();
  let accepted: Socket | undefined;
  const server = createServer(serverOptions(transport));
  server.on('session', (session: ServerHttp2Session) => {
    const connection = serveSession(session, accepted as Socket, transport);
    open.add(connection);
    session.once('close', () => open.delete(connection));
  });
  server.on('error', (error) => events.emit({ type: 'listenerFailed', error }));
  server.on('sessionError', () => {});
  return {
    accept(socket) {
      socket.on('error', () => {});
      // A client that ends its half of the connection takes no more answers.
      socket.allowHalfOpen = false;
      accepted = socket;
      server.emit('connection', socket);
    },
    drain() {
      for (const connection of open) connection.drain();
    },
    closeIdle() {
      for (const connection of open) connection.closeIdle();
    },
    limit: (next) => server.updateSettings(settingsOf(next)),
  };
}

function serverOptions({ connections }: NodeHttpTransport): ServerOptions {
  return {
    settings: settingsOf(connections),
    maxHeaderListPairs: MAX_FIELDS,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    ...FLOOD_OPTIONS,
  };
}

function settingsOf({ maxConcurrentStreams, maxHeaderBytes }: ResolvedConnectionOptions): Settings {
  // Beyond this a stream is reset; up to it, the pipeline's own limits answer with a status.
  return { maxConcurrentStreams, maxHeaderListSize: 4 * maxHeaderBytes, enableConnectProtocol: true };
}

/** Newer than the types: resets that nghttp2 itself allows, and upstreams that say twice what others say once. */
const FLOOD_OPTIONS = { streamResetBurst: 500, streamResetRate: 50, strictSingleValueFields: false };
