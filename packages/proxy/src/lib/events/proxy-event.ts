import type { MirrorEnded } from '../actions/mirror.ts';
import type { Reason } from '../errors/reason.ts';
import type { ConnectionEnded, ConnectionOpened } from '../tcp/tcp-events.ts';
import type { ExchangeEnded } from './exchange-ended.ts';

/** Something that happened in a proxy, in the past tense. */
export type ProxyEvent =
  | ExchangeEnded
  | ConnectionOpened
  | ConnectionEnded
  | ConnectionRefused
  | ListenerFailed
  | MirrorEnded;

/** A connection was closed because it was not to be served, or what came on it was no valid request. */
export interface ConnectionRefused {
  readonly type: 'connectionRefused';
  readonly remoteAddress: string | undefined;
  readonly reason: Reason;
  readonly error: unknown;
}

/** A listener could not accept a connection, such as for want of file descriptors; it goes on. */
export interface ListenerFailed {
  readonly type: 'listenerFailed';
  readonly error: unknown;
}

/** Takes the events of one proxy. */
export type ProxyListener = (event: ProxyEvent) => void;
