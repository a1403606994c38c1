import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Service } from '@evenkeel/services';

/** What happens to a store; resolves with what ends it. */
export interface StoreFault {
  readonly name: string;
  readonly begin: (server: Service) => Promise<() => Promise<void>>;
}

/** The faults, after a run without one that shows what the machine does by itself. */
export const STORE_FAULTS: readonly StoreFault[] = [
  { name: 'none', begin: async () => async () => {} },
  {
    name: 'killed',
    begin: async (server) => {
      await server.kill();
      return async () => void (await server.restart({ keepData: false }));
    },
  },
  {
    name: 'frozen',
    begin: async (server) => {
      server.pause();
      return async () => server.resume();
    },
  },
  {
    name: 'rubbish',
    begin: async (server) => {
      await server.kill();
      const end = await rubbishAt(Number(server.address.split(':').at(-1)));
      return async () => {
        await end();
        await server.restart({ keepData: false });
      };
    },
  },
];

/** A server that answers every request with bytes that mean nothing. */
async function rubbishAt(port: number): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', () => socket.write('rubbish\r\n'));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  };
}
