import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { drainOnSignals } from '@evenkeel/core';
import { redisRegistrar } from '@evenkeel/discovery-redis';

// One instance of the service "example-orders": a server, and its place in Redis. Arguments: a name, and where Redis is.

const [name = 'instance', url = 'redis://127.0.0.1:6379'] = process.argv.slice(2);

const server = createServer((_request, response) => response.end(name)).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const registrar = redisRegistrar({
  url,
  service: 'example-orders',
  address: `127.0.0.1:${port}`,
  id: name,
  ttlMs: 3_000, // how long the registry lists an instance that was killed
  drainDelayMs: 500, // how long clients get to see that it leaves
});
drainOnSignals(registrar);
await registrar.register();

process.send?.('registered');
process.on('disconnect', () => process.exit());
