import Consul from 'consul';
import { type Peer, peerLog } from './peer.ts';

interface Entry {
  readonly Service: { readonly Address: string; readonly Port: number };
}

/** `watch()` of npm `consul`, which our package uses for its connections only. */
export const consulWatch: Peer = {
  name: 'consul, watch()',
  async watch({ host, ports }, service) {
    const client = new Consul({ host, port: ports.main ?? 0 });
    const log = peerLog();
    const watch = client.watch({ method: client.health.service, options: { service } });
    const first = new Promise<void>((resolve) => watch.once('change', () => resolve()));
    watch.on('change', (entries: readonly Entry[]) =>
      log.told(entries.map((entry) => `${entry.Service.Address}:${entry.Service.Port}`)),
    );
    // Its errors are followed by attempts of its own.
    watch.on('error', () => {});
    await first;
    return {
      seenAfter: log.seenAfter,
      async [Symbol.asyncDispose]() {
        watch.end();
        client.destroy();
      },
    };
  },
};
