import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// Three small servers for the example, one of which fails, and the example itself with their addresses.

const servers = await Promise.all(
  ['a', 'b', 'failing'].map(async (name) => {
    const server = createServer((_request, response) => {
      response.statusCode = name === 'failing' ? 500 : 200;
      response.end(`hello from ${name}`);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }),
);
const addresses = servers.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`);
const [code] = await once(fork(new URL('main.ts', import.meta.url), addresses), 'exit');
for (const server of servers) server.close();
process.exitCode = Number(code);
