import type { ClientHttp2Stream } from 'node:http2';
import { Response as BodyReader } from 'undici';
import type { DispatchBody } from '../body.ts';

/** What is told while a body is written. */
export interface BodyWriter {
  sent(chunk: Uint8Array): void;
  /** The whole body is written. */
  finished(): void;
  /** The body itself failed. */
  failed(error: Error): void;
}

/** The length of a body that is whole in memory; undefined for any other. */
export function wholeBody(body: DispatchBody): Uint8Array | undefined {
  if (body === null || body === undefined) return new Uint8Array();
  if (typeof body === 'string') return Buffer.from(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  return (body as unknown) instanceof ArrayBuffer
    ? new Uint8Array(body as unknown as ArrayBuffer)
    : undefined;
}

/** Writes a body that comes piece by piece, at the pace of the stream; stops when the stream closes. */
export async function writeBody(
  stream: ClientHttp2Stream,
  body: AsyncIterable<unknown> | Iterable<unknown>,
  writer: BodyWriter,
): Promise<void> {
  try {
    for await (const chunk of body) {
      if (stream.destroyed || stream.closed || stream.writableEnded) return;
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
      const more = stream.write(bytes);
      writer.sent(bytes);
      if (!more) await drained(stream);
    }
    if (stream.destroyed || stream.closed) return;
    stream.end();
    writer.finished();
  } catch (error) {
    writer.failed(error as Error);
  }
}

/** A body as pieces, and the type that a form has because of its boundary. */
export function pieces(body: object): {
  readonly parts: AsyncIterable<unknown> | Iterable<unknown>;
  readonly type?: string;
} {
  if (Symbol.asyncIterator in body || (Symbol.iterator in body && !isForm(body))) {
    return { parts: body as AsyncIterable<unknown> };
  }
  // Forms and blobs: their reader knows how they are written.
  const reader = new BodyReader(body as ConstructorParameters<typeof BodyReader>[0]);
  const type = reader.headers.get('content-type');
  return { parts: reader.body ?? [], ...(type !== null && { type }) };
}

function isForm(body: object): boolean {
  return Object.prototype.toString.call(body) === '[object FormData]';
}

function drained(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}
