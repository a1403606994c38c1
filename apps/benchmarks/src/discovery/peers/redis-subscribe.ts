import { Redis } from 'ioredis';
import { type Peer, peerLog } from './peer.ts';

/** A bare subscription to the channel of our package: it knows that something changed, not what. The floor. */
export const redisSubscribe: Peer = {
  name: 'ioredis, subscribe()',
  async watch({ host, ports }, service) {
    const client = new Redis({ host, port: ports.main ?? 0 });
    const log = peerLog();
    client.on('message', () => log.told(undefined));
    await client.subscribe(`lb:{${service}}:ch`);
    return {
      seenAfter: log.seenAfter,
      async [Symbol.asyncDispose]() {
        client.disconnect();
      },
    };
  },
};
