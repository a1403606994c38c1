import type { ProxyEvents } from '../events/proxy-events.ts';
import { acceptConnections } from './accept.ts';
import type { Layer, Listener, ListenOptions } from './listen-options.ts';
import { type NodeHttpTransport, nodeHttpLayer } from './node-http-server.ts';
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
export async function checkListenOptions({ tls }: ListenOptions): Promise<void> {
  if (tls === undefined) return;
  const options = resolveTlsOptions(tls);
  loadCertificates(options, await readPemFiles(tlsFiles(options)));
}

/**
 * Accepts connections and takes each through its layers: TLS where there are certificates, then HTTP.
 *
 * @throws the system's error, such as `EADDRINUSE`; InvalidOptionsError naming the option
 */
export async function listen(where: ListenOptions, context: ListenerContext): Promise<Listener> {
  const { events, policy } = context;
  const tls = where.tls === undefined ? undefined : resolveTlsOptions(where.tls);
  const http1 = nodeHttpLayer(context);
  const layers: Layer[] = [http1];
  let first: Layer = http1;
  if (tls !== undefined) {
    first = await tlsLayer(tls, {
      ...context,
      clock: policy.clock,
      protocols: ['http/1.1'],
      next: () => http1,
    });
    layers.push(first);
  }
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
