import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2';

/** An answer as it was received. */
export interface Http2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly trailers: IncomingHttpHeaders | undefined;
  readonly informed: readonly IncomingHttpHeaders[];
  /** The code that the stream closed with. */
  readonly code: number;
}

/** A connection of `node:http2`, gone at the end of its scope. */
export interface Http2Client extends Disposable {
  readonly session: ClientHttp2Session;
  request(headers: OutgoingHttpHeaders, body?: string): Promise<Http2Answer>;
}

/** Connects, in clear text or over TLS. */
export async function http2Client(
  url: string,
  options: SecureClientSessionOptions = {},
): Promise<Http2Client> {
  const session = connect(url, options);
  session.on('error', () => {});
  await once(session, 'remoteSettings');
  return {
    session,
    request(headers, body) {
      const stream = session.request({ ':authority': 'h', ...headers }, { endStream: body === undefined });
      if (body !== undefined) stream.end(body);
      return answerOf(stream);
    },
    [Symbol.dispose]: () => session.destroy(),
  };
}

/** Resolves when the stream has closed. */
export function answerOf(stream: ClientHttp2Stream): Promise<Http2Answer> {
  const informed: IncomingHttpHeaders[] = [];
  let headers: IncomingHttpHeaders = {};
  let trailers: IncomingHttpHeaders | undefined;
  let body = '';
  stream.setEncoding('latin1');
  stream.on('headers', (fields) => informed.push(fields));
  stream.on('response', (fields) => {
    headers = fields;
  });
  stream.on('trailers', (fields) => {
    trailers = fields;
  });
  stream.on('data', (chunk) => {
    body += chunk;
  });
  stream.on('error', () => {});
  return new Promise((resolve) => {
    stream.once('close', () => {
      resolve({
        status: Number(headers[':status']),
        headers,
        body,
        trailers,
        informed,
        code: stream.rstCode,
      });
    });
  });
}
