import { createTcpProxy, type ReverseProxy, type TcpClusterRoute } from '@evenkeel/proxy';
import { buildListener } from '../build/listener.ts';
import { tcpOptions } from '../build/tcp.ts';
import type { OpenListener } from './listeners.ts';

/** What listeners hand their connections to. */
export interface ListenerSources {
  readonly proxy: ReverseProxy;
  readonly tcpRoutes: ReadonlyMap<string, TcpClusterRoute>;
  /** The path of the configuration file. */
  readonly file: string;
}

/** Makes what binds listeners: those for requests in front of the proxy, each of those for TCP in front of one of its own. */
export function openListener({ proxy, tcpRoutes, file }: ListenerSources): OpenListener {
  return async (config) => {
    const where = buildListener(config, file);
    if (config.tcp === undefined) return { config, address: await proxy.listen(where), tcp: undefined };
    const tcp = createTcpProxy(tcpOptions(config.tcp, tcpRoutes));
    try {
      const bound = await tcp.listen(where);
      return { config, address: { ...bound, close: tcp.close }, tcp };
    } catch (error) {
      await tcp.close({ graceMs: 0 });
      throw error;
    }
  };
}
