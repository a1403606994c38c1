import type { ProxyEvents } from '../events/proxy-events.ts';
import { TcpConnection, type TcpRoute } from './tcp-connection.ts';
import type { TcpProxyOptions } from './tcp-options.ts';
import { type TcpRoutes, tcpRoutes } from './tcp-routes.ts';
import { type TcpSettings, tcpSettings } from './tcp-settings.ts';

/** All of a TCP proxy that an update replaces as a whole. A connection stays with the generation that it began with. */
export interface TcpGeneration {
  readonly settings: TcpSettings;
  readonly routes: TcpRoutes;
  /** Connections that are open. */
  readonly active: number;
  begin(route: TcpRoute): void;
  /** For one that gets no more connections: resolves when those it has are over. */
  end(): Promise<void>;
  /** Breaks off what is open. */
  abort(): void;
}

/**
 * Makes a generation.
 *
 * @throws InvalidOptionsError naming the option, what it got and what is allowed
 */
export function tcpGeneration(
  options: TcpProxyOptions,
  { events }: { readonly events: ProxyEvents },
): TcpGeneration {
  const settings = tcpSettings(options);
  const routes = tcpRoutes(options, settings);
  const open = new Set<TcpConnection>();
  const waiting: (() => void)[] = [];
  const context = {
    settings,
    events,
    ended(connection: TcpConnection): void {
      open.delete(connection);
      if (open.size === 0) for (const resolve of waiting.splice(0)) resolve();
    },
  };
  const watches = routes.upstreams.map((upstream) => {
    if (!settings.closeGone) return undefined;
    return upstream.watchGone((endpoint) => {
      for (const one of open) if (one.isAt(upstream, endpoint)) one.breakOff('endpoint-gone');
    });
  });
  return {
    settings,
    routes,
    get active() {
      return open.size;
    },
    begin(route) {
      const connection = new TcpConnection(context, route);
      open.add(connection);
      void connection.start();
    },
    async end() {
      if (open.size > 0) await new Promise<void>((resolve) => waiting.push(resolve));
      for (const watch of watches) watch?.[Symbol.dispose]();
    },
    abort() {
      for (const connection of open) connection.breakOff('closing');
    },
  };
}
