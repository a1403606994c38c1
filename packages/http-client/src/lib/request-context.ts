import type { Clock, Random, Rostered } from '@evenkeel/core';
import type { Dispatcher } from 'undici';
import type { TransportLimits } from './attempt-error.ts';
import type { RequestObserver } from './request-observer.ts';

/** How undici sends one request. */
export type Dispatch = Dispatcher['dispatch'];

/** A request that can be given up from outside. */
export interface OpenRequest extends Rostered {
  fail(error: Error): void;
}

/** What all requests of one client have in common. */
export interface RequestContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly readyTimeoutMs: number;
  readonly observer: RequestObserver | undefined;
  /** Time limits of the transport itself. */
  readonly limits: TransportLimits;
  opened(request: OpenRequest): void;
  closed(request: OpenRequest): void;
}
