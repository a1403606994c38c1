import { Etcd3 } from 'etcd3';
import { type Peer, peerLog } from './peer.ts';

/** The watcher of npm `etcd3`, over gRPC. */
export const etcd3Watch: Peer = {
  name: 'etcd3, watch()',
  async watch({ address }, service) {
    const client = new Etcd3({ hosts: `http://${address}` });
    const log = peerLog();
    const watcher = await client.watch().prefix(`lb/${service}/`).create();
    watcher.on('put', ({ value }) => {
      const { host, port } = recordOf(value);
      log.told([`${host}:${port}`]);
    });
    return {
      seenAfter: log.seenAfter,
      async [Symbol.asyncDispose]() {
        await watcher.cancel();
        client.close();
      },
    };
  },
};

/** What is no record, such as the epoch of the store, has neither host nor port. */
function recordOf(value: Buffer): { readonly host?: string; readonly port?: number } {
  try {
    return JSON.parse(value.toString()) as object;
  } catch {
    return {};
  }
}
