import type { Endpoint } from '@evenkeel/core';

/** What a record says beside the fields of an endpoint. */
export interface RecordExtras {
  readonly service: string;
  readonly version?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** In ms since 1970. */
  readonly registeredAt: number;
}

/** The two forms of one endpoint's record. */
export interface EndpointRecord {
  readonly present: Buffer;
  /** Says that the endpoint leaves: it is disabled, in words of Curator. */
  readonly leaving: Buffer;
}

/**
 * Writes the record of an endpoint as Apache Curator does (`ServiceInstance`). What Curator has no field for is in the
 * payload. `enabled` is there only when it is false: versions before CURATOR-275 may refuse a field that they do not
 * know, and later ones take a record without it for enabled.
 */
export function writeRecord(endpoint: Endpoint, extras: RecordExtras): EndpointRecord {
  const { id, host, port, weight, priority, zone, metadata } = endpoint;
  const { service, version, tags, registeredAt } = extras;
  const record = {
    name: service,
    id,
    address: host,
    port,
    sslPort: null,
    payload: { weight, ...(priority === 0 ? {} : { priority }), zone, version, tags, meta: metadata },
    registrationTimeUTC: registeredAt,
    serviceType: 'DYNAMIC',
    uriSpec: null,
  };
  return {
    present: Buffer.from(JSON.stringify(record)),
    leaving: Buffer.from(JSON.stringify({ ...record, enabled: false })),
  };
}

/**
 * Reads a record of Curator. Fields are passed on as they are: the cluster checks and repairs them, the same way for
 * every registry.
 *
 * @param id the name of the node
 * @returns undefined for one that is disabled
 * @throws Error when the bytes are no JSON object
 */
export function readRecord(id: string, data: Buffer): Endpoint | undefined {
  if (data.length === 0) throw new Error('it is empty');
  const value = asObject(JSON.parse(data.toString('utf8')));
  if (value === undefined) throw new Error('it is no object');
  if (value.enabled === false) return undefined;
  const payload = asObject(value.payload) ?? {};
  const metadata: Record<string, unknown> = { ...asObject(payload.meta ?? payload.metadata) };
  if (isSet(payload.version)) metadata.version = String(payload.version);
  if (Array.isArray(payload.tags) && payload.tags.length > 0) metadata.tags = payload.tags.join(',');
  return {
    id,
    host: value.address,
    port: value.port ?? value.sslPort,
    weight: payload.weight ?? 1,
    priority: payload.priority ?? 0,
    ...(isSet(payload.zone) ? { zone: payload.zone } : {}),
    metadata,
  } as Endpoint;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
