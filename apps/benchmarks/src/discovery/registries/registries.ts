import { consul } from './consul.ts';
import { dns } from './dns.ts';
import { etcd } from './etcd.ts';
import { redis } from './redis.ts';
import type { Registry, RegistryName } from './registry.ts';
import { zookeeper } from './zookeeper.ts';

/** All registries, by name. */
export const REGISTRIES: Readonly<Record<RegistryName, Registry>> = { consul, redis, etcd, zookeeper, dns };
