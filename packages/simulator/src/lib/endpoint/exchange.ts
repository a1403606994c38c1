import type { Dispatcher } from 'undici';
import type { TimelineEvent } from '../timeline/event-queue.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** Headers of a response, as undici hands them over. */
export type ResponseHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** Where an exchange leads. */
export interface Destination {
  readonly timeline: Timeline;
  /** A request has arrived. */
  receive(exchange: Exchange): void;
  /** A request that waited in line is not wanted any more. */
  abandoned(exchange: Exchange): void;
}

const NO_HEADERS: ResponseHeaders = {};

/**
 * One request at one endpoint, from the moment it is sent to the last byte of its answer. It is the controller that undici's
 * handlers expect, and the event of its own travels.
 */
export class Exchange implements TimelineEvent, Dispatcher.DispatchController {
  at = 0;
  order = 0;
  aborted = false;
  paused = false;
  reason: Error | null = null;
  rawHeaders = null;
  rawTrailers = null;

  readonly endpoint: Destination;
  readonly handler: Dispatcher.DispatchHandler;
  /** One way, in ms. */
  readonly travelMs: number;
  /** Clock time of its arrival at the endpoint. */
  arrivedAt = 0;
  /** Requests at the endpoint when it arrived. */
  inFlightAtArrival = 0;
  /** Whether it waits in line. */
  waiting = false;
  /** Whether its work turned out to fail. */
  failed = false;
  /** Whether nothing more is to be told. */
  private over = false;
  private arrived = false;
  private statusCode = 0;
  private headers: ResponseHeaders = NO_HEADERS;
  private error: Error | undefined = undefined;

  constructor(endpoint: Destination, handler: Dispatcher.DispatchHandler, travelMs: number) {
    this.endpoint = endpoint;
    this.handler = handler;
    this.travelMs = travelMs;
  }

  /** Goes to the endpoint over an open connection. */
  send(): void {
    this.handler.onRequestStart?.(this, null);
    this.endpoint.timeline.schedule(this, this.travelMs);
  }

  /** Finds that no connection can be made. */
  refuse(error: Error): void {
    this.error = error;
    this.arrived = true;
    this.endpoint.timeline.schedule(this, 2 * this.travelMs);
  }

  /** Goes back with an answer. */
  respond(statusCode: number, headers: ResponseHeaders = NO_HEADERS): void {
    if (this.over) return;
    this.statusCode = statusCode;
    this.headers = headers;
    this.goBack();
  }

  /** Goes back with the news that the connection is broken. */
  fail(error: Error): void {
    if (this.over) return;
    this.error = error;
    this.goBack();
  }

  /** A journey ends. */
  fire(): void {
    if (this.arrived) {
      this.deliver();
      return;
    }
    this.arrived = true;
    if (!this.aborted) this.endpoint.receive(this);
  }

  /** The client gives up. The endpoint goes on with what it has begun, as most do, and drops what waits in line. */
  abort(reason: Error): void {
    if (this.over) return;
    this.over = true;
    this.aborted = true;
    this.reason = reason;
    if (this.waiting) this.endpoint.abandoned(this);
    this.handler.onResponseError?.(this, reason);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  private goBack(): void {
    if (this.travelMs > 0) this.endpoint.timeline.schedule(this, this.travelMs);
    else this.deliver();
  }

  private deliver(): void {
    if (this.over) return;
    if (this.error === undefined) this.handler.onResponseStart?.(this, this.statusCode, this.headers);
    if (this.over) return;
    this.over = true;
    if (this.error === undefined) this.handler.onResponseEnd?.(this, NO_HEADERS);
    else this.handler.onResponseError?.(this, this.error);
  }
}
