import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/**
 * The content of a request as a stream of its own. Destroying it leaves the connection alone, so an answer can still be
 * written; losing the connection destroys it with an error, so a part is never taken for the whole.
 */
export class RequestBodyStream extends Readable {
  private readonly request: IncomingMessage;
  private readonly beforeReading: () => void;
  /** Bytes read so far. */
  received = 0;
  private attached = false;
  private readonly onData = (chunk: Buffer): void => {
    this.received += chunk.length;
    if (!this.push(chunk)) this.request.pause();
  };
  private readonly onEnd = (): void => {
    this.push(null);
  };
  private readonly onClose = (): void => {
    if (!this.request.complete) this.destroy(new Error('the client went away before the end of its request'));
  };

  /** @param beforeReading called once, before the first byte is asked for */
  constructor(request: IncomingMessage, beforeReading: () => void) {
    super();
    this.request = request;
    this.beforeReading = beforeReading;
    // Whoever reads decides what an error means; it must never be an uncaught one.
    this.on('error', () => {});
    request.on('error', () => {});
    request.on('close', this.onClose);
    if (request.destroyed) this.onClose();
  }

  override _read(): void {
    if (this.attached) {
      this.request.resume();
      return;
    }
    this.attached = true;
    this.beforeReading();
    this.request.on('data', this.onData).on('end', this.onEnd);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const { request } = this;
    request.off('data', this.onData).off('end', this.onEnd).off('close', this.onClose);
    callback(error);
  }
}
