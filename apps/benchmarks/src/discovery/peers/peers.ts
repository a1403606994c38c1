import type { RegistryName } from '../registries/registry.ts';
import { consulWatch } from './consul-watch.ts';
import { etcd3Watch } from './etcd3-watch.ts';
import type { Peer } from './peer.ts';
import { redisSubscribe } from './redis-subscribe.ts';
import { zookeeperChildren } from './zookeeper-children.ts';

/** Who is measured beside us; nobody for DNS, where the TTL decides. */
export const PEERS: Readonly<Partial<Record<RegistryName, Peer>>> = {
  consul: consulWatch,
  redis: redisSubscribe,
  etcd: etcd3Watch,
  zookeeper: zookeeperChildren,
};
