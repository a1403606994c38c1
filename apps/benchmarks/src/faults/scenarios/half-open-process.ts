// Clients that begin a request and never end it.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { serveParent } from '../../lib/processes/served.ts';

/** So many connections to a port of this machine; none without them. */
export interface HalfOpenRequest {
  readonly port?: number;
  readonly count?: number;
}

const sockets: Socket[] = [];

/** Replies how many are open. */
serveParent<HalfOpenRequest, number>(async ({ port = 0, count = 0 }) => {
  const opened = Array.from({ length: count }, async () => {
    const socket = connect(port, '127.0.0.1');
    // Whoever tires of waiting may end them.
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: h\r\nX-Half');
    sockets.push(socket);
    await once(socket, 'connect');
  });
  await Promise.all(opened);
  return sockets.length;
});
