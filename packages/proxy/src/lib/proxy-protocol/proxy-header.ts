import type { IpEndpoint } from '../connection/ip-address.ts';

/** The two ends of the connection that a load balancer in front has accepted. */
export interface ProxiedConnection {
  /** The client. */
  readonly source: IpEndpoint;
  /** Where the client connected to. */
  readonly destination: IpEndpoint;
}

/** A type-length-value of version 2, such as the host name of TLS (2) or an id of a cloud (0xe0 and above). */
export interface ProxyTlv {
  readonly type: number;
  readonly value: Buffer;
}

/** A header of the PROXY protocol (HAProxy, `doc/proxy-protocol.txt`), version 1 or 2. */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /**
   * Undefined where the header names no TCP connection: LOCAL and UNKNOWN, as health checks send them, Unix sockets and
   * datagrams. The connection's own addresses count then.
   */
  readonly connection: ProxiedConnection | undefined;
  /** In order; none in version 1. */
  readonly tlvs: readonly ProxyTlv[];
}
