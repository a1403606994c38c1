import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { drainOnSignals } from '@evenkeel/core';
import { consulRegistrar } from '@evenkeel/discovery-consul';

// One instance of the service "example-orders": a server, and its place in Consul. Arguments: a name, and the agent's address.

const [name = 'instance', agent = '127.0.0.1:8500'] = process.argv.slice(2);

const server = createServer((_request, response) => response.end(name)).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const registrar = consulRegistrar({
  address: agent,
  service: 'example-orders',
  endpoint: `127.0.0.1:${port}`,
  id: name,
  ttlMs: 3_000, // how long an instance that was killed counts as passing
  drainDelayMs: 500, // how long clients get to see that it leaves
});
drainOnSignals(registrar);
await registrar.register();

process.send?.('registered');
process.on('disconnect', () => process.exit());
