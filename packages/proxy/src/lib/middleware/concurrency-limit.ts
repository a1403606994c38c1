import {
  type Clock,
  checkKeys,
  InvalidOptionsError,
  type KnownKeys,
  numberOption,
  requiredNumber,
  systemClock,
} from '@evenkeel/core';
import type { Failure } from '../errors/reason.ts';
import type { Middleware, RoutedRequest } from './middleware.ts';
import { networkOf } from './network-of.ts';
import { type KeySource, keyOf } from './request-key.ts';

/** Options of {@link concurrencyLimit}. */
export interface ConcurrencyLimitOptions {
  /** Requests that may be open at the same time, of each key; tunnels count until they close. */
  readonly max: number;
  /**
   * Counts the requests of each key for themselves; those without one count together. An IPv6 address
   * counts as its network of 64 bits. @default all count together
   */
  readonly key?: KeySource | readonly KeySource[] | ((request: RoutedRequest) => string | undefined);
  /** Requests, of each key, that may wait for their turn. @default 0 */
  readonly maxQueued?: number;
  /** How long one may wait, in ms. @default 1_000 */
  readonly queueTimeoutMs?: number;
  /** What `Retry-After` asks of those that are refused, in ms, in whole seconds on the wire. @default 1_000 */
  readonly retryAfterMs?: number;
  /** @default systemClock */
  readonly clock?: Clock;
}

const KEYS: KnownKeys<ConcurrencyLimitOptions> = {
  max: true,
  key: true,
  maxQueued: true,
  queueTimeoutMs: true,
  retryAfterMs: true,
  clock: true,
};

/** The open requests of one key, and those that wait, in order. */
interface Lane {
  active: number;
  readonly queue: Set<() => void>;
}

/**
 * Middleware that bounds how many requests are open at the same time. Further ones wait in a queue, if there is one, or are
 * answered 503 with `Retry-After`. Costs O(1), and memory for keys with open requests alone.
 *
 * @throws InvalidOptionsError for a number out of its range or a key that is none
 */
export function concurrencyLimit(options: ConcurrencyLimitOptions): Middleware {
  checkKeys('', options, KEYS);
  const { key, clock = systemClock } = options;
  const integer = { min: 1, integer: true };
  const max = requiredNumber('max', options.max, integer);
  const maxQueued = numberOption('maxQueued', options.maxQueued, 0, { integer: true });
  const queueTimeoutMs = numberOption('queueTimeoutMs', options.queueTimeoutMs, 1_000, { min: 1 });
  const retryAfterMs = numberOption('retryAfterMs', options.retryAfterMs, 1_000);
  const find = typeof key === 'function' ? key : key === undefined ? () => '' : keyOf('key', key, networkOf);
  const refused: Failure = {
    status: 503,
    reason: 'concurrency-limit',
    message: 'Too many requests are open at the same time.',
    retryAfter: Math.ceil(retryAfterMs / 1_000),
  };
  const lanes = new Map<string, Lane>();

  const enter = (name: string, lane: Lane, request: RoutedRequest, next: () => void): void => {
    lane.active++;
    request.onEnd(() => {
      lane.active--;
      const [first] = lane.queue;
      if (first !== undefined) first();
      else if (lane.active === 0) lanes.delete(name);
    });
    next();
  };
  const wait = (name: string, lane: Lane, request: RoutedRequest, next: () => void): void => {
    const leave = (): void => {
      lane.queue.delete(proceed);
      timer[Symbol.dispose]();
    };
    const proceed = (): void => {
      leave();
      enter(name, lane, request, next);
    };
    const timer = clock.setTimer(() => {
      leave();
      request.fail(refused);
    }, queueTimeoutMs);
    lane.queue.add(proceed);
    request.onEnd(leave);
  };

  return (request, next) => {
    const found = find(request) ?? '';
    if (typeof found !== 'string') throw new InvalidOptionsError('key', found, 'a string, or undefined');
    const lane = lanes.get(found) ?? { active: 0, queue: new Set() };
    lanes.set(found, lane);
    if (lane.active < max) enter(found, lane, request, next);
    else if (lane.queue.size < maxQueued) wait(found, lane, request, next);
    else request.fail(refused);
  };
}
