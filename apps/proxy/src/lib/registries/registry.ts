import type { DiscoveryDriver } from '../discovery/driver.ts';
import { consul } from './consul.ts';
import { etcd } from './etcd.ts';
import { redis } from './redis.ts';
import type { RegistrarDriver } from './registrar-driver.ts';
import { zookeeper } from './zookeeper.ts';

/** A registry: endpoints are found in it, and registered there. */
export interface RegistryDriver {
  readonly discovery: DiscoveryDriver;
  readonly registrar: RegistrarDriver;
}

/** Every registry by its key. A new one is a file of its own and a line here. */
export const registries = { redis, consul, etcd, zookeeper } as const satisfies Readonly<
  Record<string, RegistryDriver>
>;
