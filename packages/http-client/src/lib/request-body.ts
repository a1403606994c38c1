import { Readable } from 'node:stream';
import type { DispatchBody, RequestBody } from './body.ts';
import { ReplayBody } from './replay-body.ts';

/**
 * Makes the body of a request.
 *
 * @param replayBytes how much of a stream to keep for another attempt; 0 keeps nothing
 */
export function requestBody(body: DispatchBody, replayBytes: number): RequestBody {
  if (body === null || body === undefined) return NO_BODY;
  if (isWhole(body)) return new WholeBody(body);
  if (isNodeStream(body) && replayBytes === 0) return new StreamBody(body);
  if (isAnyIterable(body)) return new ReplayBody(body, replayBytes);
  return new WholeBody(body);
}

/** Strings, bytes, forms and blobs: each attempt reads them anew. */
class WholeBody implements RequestBody {
  readonly replayable = true;
  readonly shareable = true;
  private readonly body: DispatchBody;

  constructor(body: DispatchBody) {
    this.body = body;
  }

  open(): DispatchBody {
    return this.body;
  }

  failedWith(): boolean {
    return false;
  }

  close(): void {}
}

const NO_BODY: RequestBody = new WholeBody(null);

/** A stream that goes to undici as it is, which is the fastest way, and can be sent again only while it is untouched. */
class StreamBody implements RequestBody {
  readonly shareable = false;
  private readonly stream: Readable;

  constructor(stream: Readable) {
    this.stream = stream;
  }

  get replayable(): boolean {
    return !Readable.isDisturbed(this.stream) && !this.stream.destroyed;
  }

  open(): DispatchBody {
    return this.stream;
  }

  failedWith(error: unknown): boolean {
    return error !== null && error !== undefined && this.stream.errored === error;
  }

  close(): void {}
}

function isWhole(body: NonNullable<DispatchBody>): boolean {
  if (typeof body === 'string') return true;
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return true;
  return isNamed(body, 'FormData') || isNamed(body, 'Blob') || isNamed(body, 'File');
}

function isNamed(body: object, name: string): boolean {
  return Object.prototype.toString.call(body) === `[object ${name}]`;
}

function isNodeStream(body: DispatchBody): body is Readable {
  const stream = body as Partial<Readable> | null;
  return typeof stream?.pipe === 'function' && typeof stream.on === 'function';
}

function isAnyIterable(body: unknown): body is AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  return (
    typeof body === 'object' && body !== null && (Symbol.asyncIterator in body || Symbol.iterator in body)
  );
}
