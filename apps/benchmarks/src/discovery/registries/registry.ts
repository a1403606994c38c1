import type { Discovery, Registrar, RegistrarEvent } from '@evenkeel/core';
import type { Service, ServiceKind, StartOptions } from '@evenkeel/services';

/** The registries that are measured. */
export const REGISTRY_NAMES = ['consul', 'redis', 'etcd', 'zookeeper', 'dns'] as const;

/** One of {@link REGISTRY_NAMES}; `dns` is the DNS interface of Consul, as nobody registers with DNS itself. */
export type RegistryName = (typeof REGISTRY_NAMES)[number];

/** Where a server is; can be sent to another process. */
export type Place = Pick<Service, 'host' | 'address' | 'ports'>;

/** A way to find and to register endpoints. */
export interface Registry {
  readonly name: RegistryName;
  /** The server behind it. */
  readonly server: ServiceKind;
  /** How that server is started. */
  readonly startOptions: StartOptions;
  /** How old an answer may be when everything works, in ms: the TTL of DNS; 0 where changes are pushed. */
  readonly refreshMs: number;
  /** How often a watch made with {@link DiscoveryInput.quickProbes} asks whether the server is alive, in ms. */
  readonly probeMs: number;
  discovery(place: Place, input: DiscoveryInput): Discovery;
  registrar(place: Place, input: RegistrarInput): Registrar;
}

export interface DiscoveryInput {
  readonly service: string;
  /** Whether the server is probed each `probeMs`, and not as seldom as by default. @default false */
  readonly quickProbes?: boolean;
}

export interface RegistrarInput {
  readonly service: string;
  /** `host:port` of the endpoint. */
  readonly endpoint: string;
  /** @default the package's own */
  readonly ttlMs?: number;
  readonly onEvent?: (event: RegistrarEvent) => void;
}
