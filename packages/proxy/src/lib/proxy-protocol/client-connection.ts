import type { ProxiedConnection } from './proxy-header.ts';

/** Where the options of a dispatch say whose request it is: undici and interceptors pass on what they do not know. */
export const CLIENT_CONNECTION: unique symbol = Symbol('evenkeel.clientConnection');

/** Options of a dispatch that say whose request it is. */
export interface WithClientConnection {
  readonly [CLIENT_CONNECTION]?: ProxiedConnection | undefined;
}
