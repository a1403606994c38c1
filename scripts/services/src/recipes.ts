import type { Recipe } from './recipe.ts';
import { consul } from './recipes/consul.ts';
import { etcd } from './recipes/etcd.ts';
import { memcached } from './recipes/memcached.ts';
import { redis } from './recipes/redis.ts';
import { zookeeper } from './recipes/zookeeper.ts';
import type { ServiceKind } from './service.ts';

/** How each kind of server is found, started and probed. */
export const RECIPES: Readonly<Record<ServiceKind, Recipe>> = { redis, consul, etcd, zookeeper, memcached };
