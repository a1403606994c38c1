import { serveParent } from '../../processes/served.ts';

/** Where requests are to go. */
export interface NodeProxyRequest {
  /** `host:port`. */
  readonly address: string;
}

/** Where the proxy listens. */
export interface NodeProxyReply {
  readonly port: number;
  readonly pid: number;
}

/**
 * Makes this process a proxy that its parent starts.
 *
 * @param start starts it in front of an endpoint and returns its port
 */
export function serveProxy(start: (address: string) => Promise<number>): void {
  serveParent<NodeProxyRequest, NodeProxyReply>(async ({ address }) => ({
    port: await start(address),
    pid: process.pid,
  }));
}
