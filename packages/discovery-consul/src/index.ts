export type { ConsulClient } from './lib/client.ts';
export type { ConsulConnectionOptions, ConsulTlsOptions } from './lib/connection-options.ts';
export { consulDiscovery } from './lib/discovery.ts';
export type { ConsulConsistency, ConsulDiscoveryOptions } from './lib/options.ts';
export { type ConsulRegistrarOptions, consulRegistrar } from './lib/registrar.ts';
export type { ConsulHttpCheck } from './lib/registration.ts';
