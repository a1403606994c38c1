import type { Endpoint } from '@evenkeel/core';

/** What a record says beside the fields of an endpoint. */
export interface RecordExtras {
  readonly version?: string;
  readonly tags?: readonly string[];
}

/** Writes the record of an endpoint: `{"v":1,"host","port","weight",…}`. */
export function writeRecord(endpoint: Endpoint, { version, tags }: RecordExtras = {}): string {
  const { host, port, weight, priority, zone, metadata } = endpoint;
  return JSON.stringify({
    v: 1,
    host,
    port,
    weight,
    ...(priority === 0 ? {} : { priority }),
    zone,
    version,
    tags,
    meta: metadata,
  });
}

/**
 * Reads a record. Fields are passed on as they are: the cluster checks and repairs them, the same way for
 * every registry.
 *
 * @throws Error when the text is no JSON object
 */
export function readRecord(id: string, text: string): Endpoint {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('it is no object');
  return toRawEndpoint(value, id);
}

/** Makes an endpoint of parsed JSON, unchecked; `version` and `tags` become metadata. */
export function toRawEndpoint(value: object, id?: string): Endpoint {
  const raw: Readonly<Record<string, unknown>> = { ...value };
  const metadata: Record<string, unknown> = { ...asObject(raw.meta ?? raw.metadata) };
  if (raw.version !== undefined && raw.version !== null) metadata.version = String(raw.version);
  if (Array.isArray(raw.tags) && raw.tags.length > 0) metadata.tags = raw.tags.join(',');
  const named = id ?? raw.id;
  return {
    ...(named === undefined ? {} : { id: named }),
    host: raw.host,
    port: raw.port,
    weight: raw.weight ?? 1,
    priority: raw.priority ?? 0,
    ...(raw.zone === undefined || raw.zone === null ? {} : { zone: raw.zone }),
    metadata,
  } as Endpoint;
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
