export type { ZookeeperConnectionOptions } from './lib/connection-options.ts';
export { type ZookeeperDiscoveryOptions, zookeeperDiscovery } from './lib/discovery.ts';
export { type ZookeeperRegistrarOptions, zookeeperRegistrar } from './lib/registrar.ts';
export { ZookeeperError, type ZookeeperErrorReason } from './lib/zookeeper-error.ts';
