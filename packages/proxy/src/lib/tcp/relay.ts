import type { Socket } from 'node:net';
import type { Clock } from '@evenkeel/core';
import type { Reason } from '../errors/reason.ts';

/** The two connections that a relay joins. Both must be half-open ones. */
export interface RelaySides {
  readonly client: Socket;
  readonly endpoint: Socket;
}

/** How a relay works. */
export interface RelayOptions {
  readonly clock: Clock;
  /** How long nothing may move in either direction, in ms; 0 sets no limit. */
  readonly idleTimeoutMs: number;
  /** Both connections are closed. Called exactly once. */
  ended(reason: Reason | undefined, error: unknown): void;
}

/**
 * Joins two connections: bytes go both ways with back-pressure, an end of one direction leaves the other open, and a side
 * that breaks resets the other, so that a part is never taken for the whole.
 */
export class Relay {
  bytesReceived = 0;
  bytesSent = 0;
  private readonly sides: RelaySides;
  private readonly options: RelayOptions;
  private open = 2;
  private reason: Reason | undefined;
  private error: unknown;
  private movedAt: number;
  private timer: Disposable | undefined;

  constructor(sides: RelaySides, options: RelayOptions) {
    this.sides = sides;
    this.options = options;
    this.movedAt = options.clock.now();
    const { client, endpoint } = sides;
    this.join(client, endpoint, 'client-gone', (bytes) => {
      this.bytesReceived += bytes;
    });
    this.join(endpoint, client, 'upstream-reset', (bytes) => {
      this.bytesSent += bytes;
    });
    if (options.idleTimeoutMs > 0) this.watch(options.idleTimeoutMs);
  }

  /** Resets both connections. */
  breakOff(reason: Reason, error?: unknown): void {
    this.because(reason, error);
    this.sides.client.resetAndDestroy();
    this.sides.endpoint.resetAndDestroy();
  }

  /** @param lost the reason when `from` breaks */
  private join(from: Socket, to: Socket, lost: Reason, count: (bytes: number) => void): void {
    from.on('data', (chunk: Buffer) => {
      count(chunk.length);
      this.moved();
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => {
      this.moved();
      from.resume();
    });
    const end = (): void => {
      this.moved();
      to.end();
    };
    from.on('end', end);
    if (from.readableEnded) end();
    const closed = (): void => this.closed(from, to, lost);
    if (from.closed) closed();
    else from.once('close', closed);
  }

  private closed(side: Socket, other: Socket, lost: Reason): void {
    if (side.errored !== null || !side.readableEnded || !side.writableFinished) {
      this.because(lost, side.errored ?? undefined);
      // What the side had to say before it ended is still to be delivered, though nothing more can be sent to it.
      if (side.readableEnded) other.end(() => other.destroy());
      else other.resetAndDestroy();
    }
    this.open -= 1;
    if (this.open > 0) return;
    this.timer?.[Symbol.dispose]();
    this.options.ended(this.reason, this.error);
  }

  private because(reason: Reason, error: unknown): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.error = error;
  }

  private moved(): void {
    this.movedAt = this.options.clock.now();
  }

  /** One timer for many movements: it looks, when it is due, how long there has been none. */
  private watch(delayMs: number): void {
    const { clock, idleTimeoutMs } = this.options;
    this.timer = clock.setTimer(() => {
      const leftMs = this.movedAt + idleTimeoutMs - clock.now();
      if (leftMs > 0) this.watch(leftMs);
      else this.breakOff('idle-timeout');
    }, delayMs);
  }
}
