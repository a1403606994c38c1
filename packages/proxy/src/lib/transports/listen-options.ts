import type { Socket } from 'node:net';
import type { KnownKeys } from '@evenkeel/core';
import { ADDRESS_KEYS, type ListenAddress } from '../connection/listen-options.ts';
import type { ResolvedConnectionOptions } from './node-http-options.ts';
import type { TlsListenOptions } from './tls-options.ts';

/** What a listener can speak. */
export type ListenProtocol = 'http/1.1' | 'h2' | 'h2c';

/** Where a listener is to accept connections, and what is spoken there. */
export interface ListenOptions extends ListenAddress {
  /**
   * What is spoken: `http/1.1`, `h2` over TLS, and `h2c`, HTTP/2 in clear text, for clients that know of it beforehand
   * (RFC 9113 §3.3). @default ['h2', 'http/1.1'] over TLS, else ['http/1.1']
   */
  readonly protocols?: readonly ListenProtocol[];
  /** Certificates of the listener. @default none: clear text */
  readonly tls?: TlsListenOptions;
}

/** The names of all options of a listener. */
export const LISTEN_KEYS: KnownKeys<ListenOptions> = { ...ADDRESS_KEYS, protocols: true, tls: true };

/** A listener that accepts connections. */
export interface Listener {
  readonly address: string;
  /** The real port, also where 0 was asked for. */
  readonly port: number;
  /** Connections that are open. */
  readonly connections: number;
  /** Stops accepting at once. */
  stop(): void;
  /**
   * Stops accepting, asks clients to close their connections, and closes what stays idle for `idleMs`; resolves when the last
   * connection has closed.
   */
  close(idleMs: number): Promise<void>;
  /** Stops accepting, and closes every connection now. */
  destroy(): void;
  /** Sets other limits, for connections or requests to come. */
  limit(connections: ResolvedConnectionOptions): void;
}

/**
 * What a connection goes through: each layer takes it from the one before and hands it on, from the accepted socket over TLS to
 * a protocol.
 */
export interface Layer {
  accept(socket: Socket): void;
  /** Asks clients to leave, as far as the protocol can say it without an answer. */
  drain?(): void;
  /** Closes what carries nothing at the moment. */
  closeIdle?(): void;
  /** Lets go of timers and watches: no connection is left. */
  end?(): void;
  /** Sets other limits, for connections or requests to come. */
  limit?(connections: ResolvedConnectionOptions): void;
}
