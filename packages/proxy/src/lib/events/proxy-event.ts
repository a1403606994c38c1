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
  | MirrorEnded
  | CertificatesReloaded
  | CertificatesRejected;

/** A connection was closed because it was not to be served, or what came on it was no valid request, or no valid TLS. */
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

/** Files with certificates changed, and new connections get what is in them now. */
export interface CertificatesReloaded {
  readonly type: 'certificatesReloaded';
  /** All files of the listener. */
  readonly files: readonly string[];
}

/** Files with certificates changed to something that makes no sense; the certificates before the change stay. */
export interface CertificatesRejected {
  readonly type: 'certificatesRejected';
  /** All files of the listener. */
  readonly files: readonly string[];
  readonly error: unknown;
}

/** Takes the events of one proxy. */
export type ProxyListener = (event: ProxyEvent) => void;
