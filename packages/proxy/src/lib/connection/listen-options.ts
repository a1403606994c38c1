import type { KnownKeys } from '@evenkeel/core';
import type { AcceptProxyOptions } from '../proxy-protocol/accept-proxy.ts';

/** Where a listener is to accept connections, and from whom it learns whose they are. */
export interface ListenAddress {
  /** 0 takes any free port. */
  readonly port: number;
  /** @default all addresses */
  readonly host?: string;
  /** Takes the client's address from a header of the PROXY protocol, as load balancers in front send it. @default never */
  readonly proxyProtocol?: AcceptProxyOptions;
}

/** The names of these options. */
export const ADDRESS_KEYS: KnownKeys<ListenAddress> = { port: true, host: true, proxyProtocol: true };
