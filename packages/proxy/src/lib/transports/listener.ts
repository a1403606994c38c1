import { systemClock } from '@evenkeel/core';
import type { ProxyEvents } from '../events/proxy-events.ts';
import { acceptProxy } from '../proxy-protocol/accept-proxy.ts';
import { acceptConnections } from './accept.ts';
import { http2Layer } from './http2/http2-layer.ts';
import { prefaceLayer } from './http2/preface.ts';
import type { Layer, Listener, ListenOptions, ListenProtocol } from './listen-options.ts';
import { listenProtocols } from './listen-protocols.ts';
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
  const { events, policy } = context;
  const protocols = listenProtocols(where);
  const http1 = nodeHttpLayer(context);
  const http2 = protocols.length === 1 && protocols[0] === 'http/1.1' ? undefined : http2Layer(context);
  const spoken =
    where.tls === undefined
      ? clearText(protocols, http1, http2, context)
      : await tlsLayer(resolveTlsOptions(where.tls), {
          ...context,
          clock: policy.clock,
          protocols,
          next: (chosen) => (chosen === 'h2' ? http2 : protocols.includes('http/1.1') ? http1 : undefined),
        });
  const { proxyProtocol } = where;
  const first =
    proxyProtocol === undefined
      ? spoken
      : proxyProtocolLayer(spoken, acceptProxy(proxyProtocol, policy.clock), events);
  const layers = new Set([first, spoken, http1, ...(http2 === undefined ? [] : [http2])]);
  const end = (): void => {
    for (const layer of layers) layer.close();
  };
  try {
    const accepting = await acceptConnections(where, {
      accept: (socket) => first.accept(socket),
      failed: (error) => events.emit({ type: 'listenerFailed', error }),
    });
    return {
      ...accepting,
      close() {
        const closed = accepting.close();
        end();
        return closed;
      },
    };
  } catch (error) {
    end();
    throw error;
  }
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
