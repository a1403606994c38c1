import { type Clock, checkKeys, systemClock } from '@evenkeel/core';
import type { ProxyEvents } from '../events/proxy-events.ts';
import { acceptProxy } from '../proxy-protocol/accept-proxy.ts';
import { acceptConnections } from './accept.ts';
import { http2Layer } from './http2/http2-layer.ts';
import { prefaceLayer } from './http2/preface.ts';
import {
  type Layer,
  LISTEN_KEYS,
  type Listener,
  type ListenOptions,
  type ListenProtocol,
} from './listen-options.ts';
import { listenProtocols } from './listen-protocols.ts';
import type { ConnectionPolicy } from './node-http-response.ts';
import { type NodeHttpTransport, nodeHttpLayer } from './node-http-server.ts';
import { proxyProtocolLayer } from './proxy-protocol-layer.ts';
import { loadCertificates } from './tls-certificates.ts';
import { readPemFiles, tlsFiles } from './tls-files.ts';
import { tlsLayer } from './tls-layer.ts';
import { resolveTlsOptions } from './tls-options.ts';

/** What all listeners of a proxy have in common. */
export type ListenerContext = NodeHttpTransport & { readonly events: ProxyEvents };

/**
 * Checks all that can be known without binding the address, certificates and their files included.
 *
 * @throws InvalidOptionsError naming the option
 */
export async function checkListenOptions(options: ListenOptions): Promise<void> {
  checkKeys('', options, LISTEN_KEYS);
  listenProtocols(options);
  acceptProxy(options.proxyProtocol, systemClock);
  if (options.tls === undefined) return;
  const tls = resolveTlsOptions(options.tls);
  loadCertificates(tls, await readPemFiles(tlsFiles(tls)));
}

/**
 * Accepts connections and takes each through its layers: TLS where there are certificates, then HTTP.
 *
 * @throws the system's error, such as `EADDRINUSE`; InvalidOptionsError naming the option
 */
export async function listen(where: ListenOptions, context: ListenerContext): Promise<Listener> {
  checkKeys('', where, LISTEN_KEYS);
  const { events } = context;
  const { clock } = context.policy;
  const policy = listenerPolicy(context.policy);
  let { connections } = context;
  const transport: ListenerContext = {
    ...context,
    policy,
    get connections() {
      return connections;
    },
  };
  const layers = await layersOf(where, transport);
  const each = (act: (layer: Layer) => void): void => layers.forEach(act);
  const drain = (): void => {
    policy.drain();
    each((layer) => layer.drain?.());
  };
  const accepting = await acceptConnections(where, {
    accept: (socket) => layers[0]?.accept(socket),
    failed: (error) => events.emit({ type: 'listenerFailed', error }),
  }).catch((error: unknown) => {
    each((layer) => layer.end?.());
    throw error;
  });
  return {
    address: accepting.address,
    port: accepting.port,
    get connections() {
      return accepting.connections;
    },
    stop: () => void accepting.stop(),
    async close(idleMs) {
      const closed = accepting.stop();
      drain();
      // For answers that began before clients were told, and end later. 0 would be no limit.
      each((layer) => layer.limit?.({ ...connections, keepAliveTimeoutMs: Math.max(1, idleMs) }));
      await within(closed, idleMs, clock);
      // What has arrived by now is read first, and is not idle then.
      await new Promise((resolve) => setImmediate(resolve));
      each((layer) => layer.closeIdle?.());
      await closed;
      each((layer) => layer.end?.());
    },
    destroy() {
      accepting.destroy();
      each((layer) => layer.end?.());
    },
    limit(next) {
      connections = next;
      if (!policy.draining) each((layer) => layer.limit?.(next));
    },
  };
}

/** All layers of a listener; the first takes what is accepted. */
async function layersOf(where: ListenOptions, transport: ListenerContext): Promise<readonly Layer[]> {
  const protocols = listenProtocols(where);
  const http1 = nodeHttpLayer(transport);
  const http2 = protocols.length === 1 && protocols[0] === 'http/1.1' ? undefined : http2Layer(transport);
  const spoken =
    where.tls === undefined
      ? clearText(protocols, http1, http2, transport)
      : await tlsLayer(resolveTlsOptions(where.tls), {
          ...transport,
          clock: transport.policy.clock,
          protocols,
          next: (chosen) => (chosen === 'h2' ? http2 : protocols.includes('http/1.1') ? http1 : undefined),
        });
  const { proxyProtocol } = where;
  const accept = proxyProtocol && acceptProxy(proxyProtocol, transport.policy.clock);
  const first = accept === undefined ? spoken : proxyProtocolLayer(spoken, accept, transport.events);
  return [...new Set([first, spoken, http1, ...(http2 === undefined ? [] : [http2])])];
}

/** The policy of all listeners, for one that may be drained while the others go on. */
function listenerPolicy(shared: ConnectionPolicy): ConnectionPolicy & { drain(): void } {
  let draining = false;
  return {
    clock: shared.clock,
    get draining() {
      return draining || shared.draining;
    },
    get sendTimeoutMs() {
      return shared.sendTimeoutMs;
    },
    get receiveTimeoutMs() {
      return shared.receiveTimeoutMs;
    },
    get lingerMs() {
      return shared.lingerMs;
    },
    drain() {
      draining = true;
    },
  };
}

async function within(done: Promise<void>, ms: number, clock: Clock): Promise<void> {
  if (ms === 0) return;
  const { promise: over, resolve } = Promise.withResolvers<void>();
  using _timer = clock.setTimer(resolve, ms);
  await Promise.race([done, over]);
}

function clearText(
  protocols: readonly ListenProtocol[],
  http1: Layer,
  http2: Layer | undefined,
  { connections, policy }: ListenerContext,
): Layer {
  if (http2 === undefined) return http1;
  if (!protocols.includes('http/1.1')) return http2;
  return prefaceLayer({ http1, http2, clock: policy.clock, timeoutMs: connections.headersTimeoutMs });
}
