import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { RawHeaders, ResponseListener, ResponseWriter } from '../../exchange.ts';
import type { ConnectionPolicy } from '../node-http-response.ts';
import { http2Fields } from './http2-fields.ts';

/** Interim responses of one exchange; nothing could hold an upstream back that sends them without end. */
const MAX_INTERIM = 32;

/** Fields that only the handshake of HTTP/1.1 has (RFC 8441 §5). */
const HANDSHAKE: ReadonlySet<string> = new Set([
  'sec-websocket-accept',
  'sec-websocket-key',
  'content-length',
]);

/** Writes a response to a stream of HTTP/2. */
export class Http2Response implements ResponseWriter {
  started = false;
  closed = false;
  /** Whether the stream was reset by this side, for a reason that is not the client's. */
  aborted = false;
  private head: { readonly status: number; readonly headers: RawHeaders } | undefined;
  private trailers: RawHeaders = [];
  private interim = 0;
  private listener: ResponseListener | undefined;
  private sendTimer: Disposable | undefined;
  private readonly stream: ServerHttp2Stream;
  private readonly isHead: boolean;
  private readonly policy: ConnectionPolicy;
  private readonly sent: () => void;

  /** @param sent called for each piece of content that goes out */
  constructor(stream: ServerHttp2Stream, isHead: boolean, policy: ConnectionPolicy, sent: () => void) {
    this.stream = stream;
    this.isHead = isHead;
    this.policy = policy;
    this.sent = sent;
  }

  listen(listener: ResponseListener): void {
    const attached = this.listener !== undefined;
    this.listener = listener;
    if (attached) return;
    const { stream } = this;
    // First of all that breaks with the stream: what fails after it fails because of it.
    stream.once('aborted', () => this.close());
    stream.once('close', () => this.close());
    stream.on('wantTrailers', () => this.sendTrailers());
    if (stream.destroyed) queueMicrotask(() => this.close());
  }

  inform(status: number, headers: RawHeaders): void {
    const { stream } = this;
    if (this.started || stream.destroyed || stream.closed || this.interim === MAX_INTERIM) return;
    this.interim += 1;
    this.attempt(() => stream.additionalHeaders(http2Fields(headers, status)));
  }

  start(status: number, _reason: string, headers: RawHeaders): void {
    if (this.started || this.closed) return;
    this.started = true;
    this.head = { status, headers };
    // A response that ends in the same turn needs no frame but its head, as gRPC wants it of "Trailers-Only".
    process.nextTick(() => this.sendHead(false));
  }

  write(chunk: Uint8Array): boolean {
    const { stream } = this;
    this.sendHead(false);
    if (this.closed || stream.destroyed || stream.closed || stream.writableEnded) return true;
    this.sent();
    if (stream.write(chunk)) return true;
    if (this.sendTimer === undefined) {
      const { clock, sendTimeoutMs } = this.policy;
      if (sendTimeoutMs > 0) this.sendTimer = clock.setTimer(() => this.abort(), sendTimeoutMs);
      stream.once('drain', () => {
        this.sendTimer?.[Symbol.dispose]();
        this.sendTimer = undefined;
        if (!this.closed) this.listener?.drained();
      });
    }
    return false;
  }

  end(trailers: RawHeaders = []): void {
    const { stream } = this;
    if (this.closed || stream.destroyed) return;
    this.trailers = trailers;
    this.sendHead(trailers.length === 0);
    if (!stream.writableEnded) stream.end();
  }

  abort(): void {
    const { stream } = this;
    if (this.closed) return;
    this.head = undefined;
    this.started = true;
    this.aborted = true;
    // `close` would end the stream first; this resets it with INTERNAL_ERROR.
    stream.destroy(new Error('the response broke off'));
  }

  switchProtocols(headers: RawHeaders): Duplex {
    const { stream } = this;
    this.started = true;
    const kept = headers.flatMap((part, i) =>
      i % 2 === 0 && !HANDSHAKE.has(part.toLowerCase()) ? [part, headers[i + 1] as string] : [],
    );
    // A switch of protocols is a 200 here (RFC 8441 §5).
    this.attempt(() => stream.respond(http2Fields(kept, 200)));
    return stream;
  }

  private sendHead(last: boolean): void {
    const { head, stream } = this;
    if (head === undefined) return;
    this.head = undefined;
    if (stream.destroyed || stream.closed) return;
    const bare = last || this.isHead || head.status === 204 || head.status === 304;
    this.attempt(() => {
      stream.respond(
        http2Fields(head.headers, head.status),
        bare ? { endStream: true } : { waitForTrailers: true },
      );
      if (bare) this.stopRequest();
    });
  }

  private sendTrailers(): void {
    this.attempt(() => {
      this.stream.sendTrailers(http2Fields(this.trailers));
      this.stopRequest();
    });
  }

  /** Once the whole response is out, what is left of the request is unwanted (RFC 9113 §8.1). */
  private stopRequest(): void {
    setImmediate(() => {
      if (!this.closed && !this.stream.destroyed) this.stream.close(constants.NGHTTP2_NO_ERROR);
    });
  }

  /** What `node:http2` refuses to send breaks this exchange off, and nothing else. */
  private attempt(send: () => void): void {
    try {
      send();
    } catch {
      this.abort();
    }
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    this.sendTimer?.[Symbol.dispose]();
    const { stream } = this;
    this.listener?.closed(!this.aborted && stream.rstCode === 0 && stream.writableFinished);
  }
}
