import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP relay whose connections a test can cut. */
export interface CuttableProxy extends AsyncDisposable {
  readonly address: string;
  /** How many there were so far. */
  readonly connections: number;
  /** Bytes that the server answered since the last cut. */
  readonly answeredSinceCut: number;
  cut(): void;
}

/** Starts one on a free port, in front of a loopback port. */
export async function cuttableProxy(port: number): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let answeredSinceCut = 0;
  const cut = (): void => {
    answeredSinceCut = 0;
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    connections++;
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        (socket === near ? far : near).destroy();
      });
    }
    far.on('data', ({ length }) => {
      answeredSinceCut += length;
    });
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    get answeredSinceCut() {
      return answeredSinceCut;
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
