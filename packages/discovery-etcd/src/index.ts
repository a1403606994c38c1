export type { EtcdConnectionOptions, EtcdTlsOptions } from './lib/connection-options.ts';
export { type EtcdDiscoveryOptions, etcdDiscovery } from './lib/discovery.ts';
export type { EtcdKeyOptions } from './lib/keys.ts';
export { type EtcdRegistrarOptions, etcdRegistrar } from './lib/registrar.ts';
