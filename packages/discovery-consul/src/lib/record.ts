import type { Endpoint } from '@evenkeel/core';

/** What the checks of an endpoint and of the machine it runs on say together. */
export type Health = 'passing' | 'warning' | 'critical' | 'maintenance';

/** An entry of a health answer. */
export interface ConsulRecord {
  readonly endpoint: Endpoint;
  readonly health: Health;
}

/** What only the watch knows of its records. */
export interface RecordContext {
  /** Begins the ids where several datacenters are watched: their machines may have equal names. */
  readonly idPrefix?: string;
  /** Makes the priority of the endpoint one of its datacenter. */
  readonly rank?: (priority: number) => number;
}

/** Consul allows no dot in the keys of `Meta`, so that no user's key can be one of these. */
export const FACTS = {
  datacenter: 'consul.datacenter',
  health: 'consul.health',
  weight: 'consul.weight',
} as const;

/**
 * Reads an entry of `/v1/health/service` or of a prepared query. Fields are passed on as they are: the
 * cluster checks and repairs them, the same way for every registry.
 *
 * @throws Error when it has no node and service
 */
export function readRecord(entry: unknown, { idPrefix = '', rank }: RecordContext = {}): ConsulRecord {
  const { Node: node, Service: service, Checks: checks } = asObject(entry);
  const { Node: nodeName, Address: nodeAddress, Datacenter: datacenter, Meta: nodeMeta } = asObject(node);
  const {
    ID: id,
    Address: address,
    Port: port,
    Weights: weights,
    Meta: meta,
    Tags: tags,
  } = asObject(service);
  if (typeof nodeName !== 'string' || typeof id !== 'string') throw new Error('it has no node and service');

  const health = worst(Array.isArray(checks) ? checks : []);
  const { Passing: passing = 1, Warning: warning = 1 } = asObject(weights);
  const isUsable = health === 'passing' || health === 'warning';
  const { zone = asObject(nodeMeta).zone, priority, ...metadata } = asObject(meta);
  const own = readPriority(priority);

  return {
    health,
    endpoint: {
      id: `${idPrefix}${nodeName.replaceAll('/', '%2F')}/${id}`,
      host: address === undefined || address === '' ? nodeAddress : address,
      port,
      weight: health === 'passing' ? passing : health === 'warning' ? warning : 0,
      priority: rank?.(own) ?? own,
      ...(typeof zone === 'string' && zone !== '' ? { zone } : {}),
      metadata: {
        ...metadata,
        ...(Array.isArray(tags) && tags.length > 0 ? { tags: tags.join(',') } : {}),
        ...(typeof datacenter === 'string' ? { [FACTS.datacenter]: datacenter } : {}),
        ...(health === 'passing' ? {} : { [FACTS.health]: health }),
        ...(isUsable ? {} : { [FACTS.weight]: String(passing) }),
      },
      // What is claimed here is checked by the cluster.
    } as Endpoint,
  };
}

function worst(checks: readonly unknown[]): Health {
  let health: Health = 'passing';
  for (const check of checks) {
    const { CheckID: id, Status: status } = asObject(check);
    if (id === '_node_maintenance' || String(id).startsWith('_service_maintenance:')) return 'maintenance';
    if (status === 'warning' && health === 'passing') health = 'warning';
    // A status that nobody knows is no good sign.
    else if (status !== 'passing' && status !== 'warning') health = 'critical';
  }
  return health;
}

function readPriority(text: unknown): number {
  return typeof text === 'string' && /^\d{1,3}$/.test(text) ? Number(text) : 0;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
