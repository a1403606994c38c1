import { zookeeperDiscovery, zookeeperRegistrar } from '@evenkeel/discovery-zookeeper';
import { discoveryDriver } from '../discovery/driver.ts';
import { count, list, ms, object, pattern, text } from '../schema/fields.ts';
import { registrarDriver } from './registrar-driver.ts';

const SERVER = '"host:port" with a port from 1 to 65535';

const place = {
  servers: list(
    'The servers of the ensemble.',
    'servers, "host:port" each',
    pattern('A server. Default port 2181.', /^(?:\[[\da-fA-F:.%]+\]|[\w.-]+)(?::\d{1,5})?$/, SERVER),
  ),
  auth: pattern('user:password of the scheme digest.', /^[^:]+:./s, '"user:password"').exactOptional(),
  base: pattern(
    'The node below which each service has its own. Default /services.',
    /^\/(?:.*[^/])?$/,
    'an absolute path such as "/services", without "/" at its end',
  ).exactOptional(),
  service: text('The name of the service.'),
};

const discovery = discoveryDriver({
  schema: object('Endpoints below <base>/<service>, in the format of Apache Curator.', {
    ...place,
    sessionTimeoutMs: count('How long the server keeps a silent session. Default 10000.', {
      min: 300,
      max: 86_400_000,
    }).exactOptional(),
    pollMs: ms('How often names are listed although no watch told of a change. Default 15000.', {
      min: 50,
    }).exactOptional(),
    timeoutMs: ms('For connecting and for each answer. Default 2000.', { min: 1 }).exactOptional(),
  }),
  build: (config) => zookeeperDiscovery(config),
});

const registrar = registrarDriver({
  schema: object('Registers in ZooKeeper, as an ephemeral node.', place),
  build: (config, input) => zookeeperRegistrar({ ...config, ...input }),
});

/** ZooKeeper. */
export const zookeeper = { discovery, registrar };
