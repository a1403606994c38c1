import zookeeper from 'node-zookeeper-client';
import { type Peer, peerLog } from './peer.ts';

/** `getChildren()` of npm `node-zookeeper-client` with a watch, set again each time. It reads names, no records. */
export const zookeeperChildren: Peer = {
  name: 'node-zookeeper-client, getChildren()',
  async watch({ address }, service) {
    const client = zookeeper.createClient(address);
    const log = peerLog();
    const list = (done: () => void): void =>
      client.getChildren(
        `/services/${service}`,
        () => list(() => {}),
        (error, names) => {
          if (error == null) log.told(names);
          done();
        },
      );
    client.connect();
    await new Promise<void>((resolve) => client.once('connected', () => resolve()));
    await new Promise<void>(list);
    return {
      seenAfter: log.seenAfter,
      async [Symbol.asyncDispose]() {
        client.close();
      },
    };
  },
};
