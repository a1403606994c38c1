import type { Endpoint } from '../endpoint.ts';

/** What a record says beside the fields of an endpoint. */
export interface RecordExtras {
  readonly version?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** A record of any origin, unchecked. */
export type RawRecord = Readonly<Record<string, unknown>>;

/** Writes the record of an endpoint: `{"v":1,"host","port","weight",…}`. */
export function writeRecord(endpoint: Endpoint, extras: RecordExtras = {}): string {
  const { host, port } = endpoint;
  return JSON.stringify({ v: 1, host, port, ...recordFields(endpoint, extras) });
}

/** What a record says beside the address, for registries that have a form of their own for that. */
export function recordFields(endpoint: Endpoint, { version, tags }: RecordExtras = {}): RawRecord {
  const { weight, priority, zone, metadata } = endpoint;
  return { weight, ...(priority === 0 ? {} : { priority }), zone, version, tags, meta: metadata };
}

/**
 * Reads the text of a record.
 *
 * @throws Error when it is no JSON object
 */
export function parseRecord(text: string): RawRecord {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error('it is no object');
  return { ...value };
}

/**
 * Makes an endpoint of the fields of a record; `version` and `tags` become metadata. They are passed on as they are: the
 * cluster checks and repairs them, the same way for every registry.
 *
 * @param id instead of the record's own
 */
export function rawEndpoint(record: RawRecord, id: unknown = record.id): Endpoint {
  const { host, port, weight, priority, zone, version, tags } = record;
  const given = record.meta ?? record.metadata;
  const metadata: Record<string, unknown> = isObject(given) ? { ...given } : {};
  if (version !== undefined && version !== null) metadata.version = String(version);
  if (Array.isArray(tags) && tags.length > 0) metadata.tags = tags.join(',');
  return {
    ...(id === undefined ? {} : { id }),
    host,
    port,
    weight: weight ?? 1,
    priority: priority ?? 0,
    ...(zone === undefined || zone === null ? {} : { zone }),
    metadata,
    // What is claimed here is checked by the cluster.
  } as Endpoint;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
