import type { Socket } from 'node:net';
import type { TlsListenOptions } from './tls-options.ts';

/** Where a listener is to accept connections, and what is spoken there. */
export interface ListenOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** @default all addresses */
  readonly host?: string;
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
