import { abortable, type MessageListener } from '@evenkeel/cache';
import { type Clock, sleep, TimeoutError } from '@evenkeel/core';
import type { RedisSocket } from './client.ts';

/** How a subscription is kept. */
export interface SubscriptionOptions {
  /** A connection of its own that is not open yet. */
  readonly open: () => Promise<RedisSocket>;
  readonly channel: string;
  readonly pingMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

const RETRY_MIN_MS = 50;
const RETRY_SPREAD_MS = 250;

/** Hears messages until disposed; opens a new connection when one closes, or answers no ping. */
export function subscribe(options: SubscriptionOptions, listener: MessageListener): Disposable {
  const ending = new AbortController();
  void keep(options, listener, ending.signal);
  return { [Symbol.dispose]: () => ending.abort(new Error('the subscription was disposed')) };
}

async function keep(
  options: SubscriptionOptions,
  listener: MessageListener,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // Why it ended is told by the calls of the store, which fail for the same reason.
    await once(options, listener, signal).catch(() => {});
    if (!signal.aborted) listener.onLive(false);
    await sleep(options.clock, RETRY_MIN_MS + Math.random() * RETRY_SPREAD_MS, signal).catch(() => {});
  }
}

/** One connection, until it fails. */
async function once(
  options: SubscriptionOptions,
  listener: MessageListener,
  signal: AbortSignal,
): Promise<void> {
  const { channel, pingMs, timeoutMs, clock } = options;
  const socket = await options.open();
  const lost = new AbortController();
  const either = AbortSignal.any([signal, lost.signal]);
  const within = async (what: string, promise: Promise<unknown>): Promise<void> => {
    using _limit = clock.setTimer(() => lost.abort(new TimeoutError(what, timeoutMs, 'redis')), timeoutMs);
    await abortable(promise, either);
  };
  socket.on('error', () => {});
  socket.on('end', () => lost.abort(new Error('the subscribed connection was closed')));
  socket.on('message', (from, message) => {
    if (from === channel && !either.aborted) listener.onMessage(message);
  });
  try {
    await within('connect', socket.connect());
    await within('subscribe', socket.subscribe(channel));
    listener.onLive(true);
    while (true) {
      await sleep(clock, pingMs, either);
      await within('ping', socket.ping());
    }
  } finally {
    socket.disconnect();
  }
}
