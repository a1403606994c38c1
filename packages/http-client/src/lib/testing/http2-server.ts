import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type SecureServerOptions,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type Settings,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A server of HTTP/2 on a free port of the loopback interface. */
export interface TestHttp2Server extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly server: Http2Server;
  /** Connections so far, in order. */
  readonly sessions: readonly ServerHttp2Session[];
  /** Streams so far, in order. */
  readonly streams: readonly ServerHttp2Stream[];
}

/** Takes one stream. */
export type StreamListener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: string[]) => void;

/** Serves HTTP/2 in clear text, or over TLS with a certificate. */
export async function http2Server(
  listener: StreamListener,
  { settings, tls }: { settings?: Settings; tls?: SecureServerOptions } = {},
): Promise<TestHttp2Server> {
  const server =
    tls === undefined
      ? createServer({ ...(settings && { settings }) })
      : (createSecureServer(tls) as unknown as Http2Server);
  const sessions: ServerHttp2Session[] = [];
  const streams: ServerHttp2Stream[] = [];
  server.on('session', (session) => {
    session.on('error', () => {});
    sessions.push(session);
  });
  server.on('stream', (stream, headers, _flags, raw: string[]) => {
    stream.on('error', () => {});
    streams.push(stream);
    listener(stream, headers, raw);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    port,
    server,
    sessions,
    streams,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.once('close', resolve));
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}
