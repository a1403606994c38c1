import type { Duplex } from 'node:stream';
import type { Endpoint } from '@evenkeel/core';
import { type Dispatcher, errors } from 'undici';
import type { Attempt } from './attempt.ts';
import type { BalancedController } from './request-observer.ts';
import type { ResponseHeaders } from './retry-after.ts';

type IncomingHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

type RawHeaders = NonNullable<Dispatcher.DispatchController['rawHeaders']> | null;

/** The request that a caller's side belongs to. */
export interface DownstreamOwner {
  /** The caller aborts, or its handler throws: there is nobody to work for any more. */
  abandon(reason: Error): void;
}

/**
 * The caller's side of a request: its handler, and the one controller that the handler keeps through all attempts.
 * Calls on the handler are guarded as undici guards them, and after the last one (end, error or upgrade) there is no more.
 */
export class Downstream implements BalancedController {
  readonly cluster: string;
  readonly handler: Dispatcher.DispatchHandler;
  endpoint: Endpoint | undefined = undefined;
  attempts = 0;
  aborted = false;
  paused = false;
  reason: Error | null = null;
  rawHeaders: RawHeaders = null;
  rawTrailers: RawHeaders = null;
  /** Whether the headers of a final response went to the handler. */
  answered = false;
  /** Whether the handler has had its last call. */
  ended = false;
  private source: Attempt | undefined = undefined;
  private readonly owner: DownstreamOwner;

  constructor(cluster: string, handler: Dispatcher.DispatchHandler, owner: DownstreamOwner) {
    this.cluster = cluster;
    this.handler = handler;
    this.owner = owner;
  }

  /** Gives the handler its controller before anything else happens, so that it can abort from the first moment on. */
  start(): void {
    try {
      this.handler.onRequestStart?.(this, null);
    } catch (error) {
      this.cancel(error as Error);
    }
  }

  abort(reason: Error): void {
    if (this.ended || this.aborted) return;
    this.aborted = true;
    this.reason = reason ?? new errors.RequestAbortedError();
    this.cancel(this.reason);
  }

  pause(): void {
    this.paused = true;
    this.source?.controller?.pause();
  }

  resume(): void {
    this.paused = false;
    this.source?.controller?.resume();
  }

  inform(attempt: Attempt, statusCode: number, headers: ResponseHeaders, statusMessage?: string): void {
    if (this.ended) return;
    this.rawHeaders = attempt.controller?.rawHeaders ?? null;
    try {
      this.handler.onResponseStart?.(this, statusCode, headers as IncomingHeaders, statusMessage);
    } catch (error) {
      this.cancel(error as Error);
    }
  }

  answer(attempt: Attempt, statusCode: number, headers: ResponseHeaders, statusMessage?: string): void {
    this.answered = true;
    this.endpoint = attempt.endpoint;
    this.source = attempt;
    if (this.paused) attempt.controller?.pause();
    this.inform(attempt, statusCode, headers, statusMessage);
  }

  data(chunk: Buffer): void {
    if (this.ended) return;
    try {
      this.handler.onResponseData?.(this, chunk);
    } catch (error) {
      this.cancel(error as Error);
    }
  }

  end(attempt: Attempt, trailers: ResponseHeaders): void {
    if (this.ended) return;
    this.ended = true;
    this.rawTrailers = attempt.controller?.rawTrailers ?? null;
    try {
      this.handler.onResponseEnd?.(this, trailers as IncomingHeaders);
    } catch (error) {
      this.handler.onResponseError?.(this, error as Error);
    }
  }

  upgrade(attempt: Attempt, statusCode: number, headers: ResponseHeaders, socket: Duplex): void {
    this.endpoint = attempt.endpoint;
    this.source = attempt;
    this.answered = true;
    this.rawHeaders = attempt.controller?.rawHeaders ?? null;
    try {
      this.handler.onRequestUpgrade?.(this, statusCode, headers as IncomingHeaders, socket);
      this.ended = true;
    } catch (error) {
      this.cancel(error as Error);
      socket.destroy();
    }
  }

  fail(error: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.handler.onResponseError?.(this, error);
  }

  private cancel(reason: Error): void {
    if (this.ended) return;
    this.owner.abandon(reason);
    this.fail(reason);
  }
}
