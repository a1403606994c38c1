import type { Socket } from 'node:net';
import type { ListenAddress } from '../connection/listen-options.ts';
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

/** A listener that accepts connections. */
export interface Listener {
  readonly address: string;
  /** The real port, also where 0 was asked for. */
  readonly port: number;
  /** Stops accepting and closes what is idle; resolves when the last connection has closed. */
  close(): Promise<void>;
  /** Closes every connection now. */
  destroy(): void;
}

/**
 * What a connection goes through: each layer takes it from the one before and hands it on, from the accepted socket over TLS to
 * a protocol.
 */
export interface Layer {
  accept(socket: Socket): void;
  /** No connection comes any more: lets go of what is idle, and of timers and watches. */
  close(): void;
}
