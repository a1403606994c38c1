import { type Channel, channel } from 'node:diagnostics_channel';
import type { Endpoint, Outcome } from '@evenkeel/core';
import type { AttemptInfo } from './request-observer.ts';

/** An attempt ended: what was reported to the cluster, and how long it took from the pick, in ms. */
export interface AttemptEvent extends AttemptInfo {
  readonly outcome: Outcome;
  readonly durationMs: number;
}

/** A request is sent again, in `delayMs`, or is not because the budget is spent. */
export interface RetryEvent {
  readonly cluster: string;
  readonly failed: AttemptInfo;
  /** Its status code, or its error. */
  readonly reason: unknown;
  readonly delayMs: number;
  readonly withinBudget: boolean;
}

/** A second attempt runs beside a slow one. */
export interface HedgeEvent {
  readonly cluster: string;
  readonly slow: AttemptInfo;
  /** Where the second one goes. */
  readonly endpoint: Endpoint;
  /** How long the slow one had been running, in ms. */
  readonly delayMs: number;
}

// Channels of node:diagnostics_channel: without a subscriber nothing is published, and no message is made.

/** Its messages are an {@link AttemptEvent}. */
export const attemptChannel: Channel = channel('evenkeel:http:attempt');
/** Its messages are a {@link RetryEvent}. */
export const retryChannel: Channel = channel('evenkeel:http:retry');
/** Its messages are a {@link HedgeEvent}. */
export const hedgeChannel: Channel = channel('evenkeel:http:hedge');
