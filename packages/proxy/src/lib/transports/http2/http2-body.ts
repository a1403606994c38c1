import type { ServerHttp2Stream } from 'node:http2';
import { Readable } from 'node:stream';
import type { RawHeaders } from '../../exchange.ts';

/** What the content of a request tells, and asks, while it is read. */
export interface Http2BodyHooks {
  /** Called once, before the first byte is asked for. */
  beforeReading(): void;
  /** Called for each piece that arrives. */
  received(): void;
}

/**
 * The content of a request as a stream of its own. Destroying it leaves the HTTP/2 stream alone, so an answer can still be written;
 * losing that destroys it with an error, so a part is never taken for the whole.
 */
export class Http2Body extends Readable {
  private readonly stream: ServerHttp2Stream;
  private readonly hooks: Http2BodyHooks;
  /** Bytes read so far. */
  received = 0;
  trailers: RawHeaders = [];
  private attached = false;
  private readonly onData = (chunk: Buffer): void => {
    this.received += chunk.length;
    this.hooks.received();
    if (!this.push(chunk)) this.stream.pause();
  };
  private readonly onEnd = (): void => {
    // Node ends a stream that was reset as well.
    if (this.stream.aborted || this.stream.rstCode !== 0) this.onClose();
    else this.push(null);
  };
  private readonly onClose = (): void => {
    if (!this.readableEnded)
      this.destroy(new Error('the client reset the stream before the end of its request'));
  };

  constructor(stream: ServerHttp2Stream, hooks: Http2BodyHooks) {
    super();
    this.stream = stream;
    this.hooks = hooks;
    // Whoever reads decides what an error means; it must never be an uncaught one.
    this.on('error', () => {});
    stream.once('trailers', (_fields: unknown, _flags: number, raw: string[]) => {
      this.trailers = raw;
    });
    stream.on('aborted', this.onClose).on('close', this.onClose);
    if (stream.destroyed) this.onClose();
  }

  override _read(): void {
    if (this.attached) {
      this.stream.resume();
      return;
    }
    this.attached = true;
    this.hooks.beforeReading();
    this.stream.on('data', this.onData).on('end', this.onEnd);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const { stream } = this;
    stream.off('data', this.onData).off('end', this.onEnd);
    stream.off('aborted', this.onClose).off('close', this.onClose);
    callback(error);
  }
}
