import { Readable } from 'node:stream';
import type { Clock } from '@evenkeel/core';

/** How much of a content may arrive, and how slowly. Infinity sets no limit. */
export interface BodyBounds {
  readonly maxBytes: number;
  /** Counts only while somebody waits for more. */
  readonly idleTimeoutMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Called once, in place of the chunk that is too much. */
  readonly onTooLong: () => void;
  /** Called once. */
  readonly onTooSlow: () => void;
}

/** The content of a request, watched while it is read. What breaks its bounds never comes to its end. */
export class BoundedBody extends Readable {
  private readonly source: Readable;
  private readonly bounds: BodyBounds;
  private attached = false;
  private over = false;
  private received = 0;
  private waitingSince = 0;
  private idle: Disposable | undefined;
  private total: Disposable | undefined;

  constructor(source: Readable, bounds: BodyBounds) {
    super();
    this.source = source;
    this.bounds = bounds;
    // Whoever reads decides what an error means; it must never be an uncaught one.
    this.on('error', () => {});
  }

  override _read(): void {
    const { source, bounds } = this;
    this.waitingSince = bounds.clock.now();
    this.watch(bounds.idleTimeoutMs);
    if (this.attached) {
      source.resume();
      return;
    }
    this.attached = true;
    if (bounds.timeoutMs !== Number.POSITIVE_INFINITY) {
      this.total = bounds.clock.setTimer(() => this.break(bounds.onTooSlow), bounds.timeoutMs);
    }
    source
      .on('data', (chunk: Buffer) => this.receive(chunk))
      .on('end', () => this.push(null))
      .on('error', (error) => this.destroy(error))
      .on('close', () => {
        if (!source.readableEnded) this.destroy(source.errored ?? new Error('the content broke off'));
      });
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.over = true;
    this.rest();
    this.total?.[Symbol.dispose]();
    this.source.destroy();
    callback(error);
  }

  private receive(chunk: Buffer): void {
    if (this.over) return;
    this.received += chunk.length;
    if (this.received > this.bounds.maxBytes) {
      this.break(this.bounds.onTooLong);
      return;
    }
    this.waitingSince = this.bounds.clock.now();
    if (this.push(chunk)) return;
    this.rest();
    this.source.pause();
  }

  private break(tell: () => void): void {
    if (this.over) return;
    this.over = true;
    tell();
    this.destroy(new Error('the content of the request broke its limits'));
  }

  /** One timer for many chunks: it looks when it fires how long nothing has come. */
  private watch(afterMs: number): void {
    const { clock, idleTimeoutMs } = this.bounds;
    if (this.idle !== undefined || idleTimeoutMs === Number.POSITIVE_INFINITY) return;
    this.idle = clock.setTimer(() => {
      this.idle = undefined;
      const leftMs = this.waitingSince + idleTimeoutMs - clock.now();
      if (leftMs > 0) this.watch(leftMs);
      else this.break(this.bounds.onTooSlow);
    }, afterMs);
  }

  private rest(): void {
    this.idle?.[Symbol.dispose]();
    this.idle = undefined;
  }
}
