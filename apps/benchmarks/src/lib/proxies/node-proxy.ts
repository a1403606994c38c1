import { startChild } from '../processes/child.ts';
import type { ProxyContender } from './contender.ts';
import type { NodeProxyReply, NodeProxyRequest } from './processes/serve-proxy.ts';

/**
 * A proxy that is a program of ours in a process of its own.
 *
 * @param module calls `serveProxy`
 */
export function nodeProxy(name: string, module: URL): ProxyContender {
  return {
    name,
    async start(address) {
      const child = startChild<NodeProxyRequest, NodeProxyReply>(module);
      const { port, pid } = await child.ask({ address });
      return { url: `http://127.0.0.1:${port}`, pids: [pid], stop: async () => child[Symbol.asyncDispose]() };
    },
  };
}
