import { type Endpoint, toEndpoint } from '@evenkeel/core';

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
 * Reads a record, of ours or of gRPC naming: `{"Op":0,"Addr":"host:port","Metadata":…}`. Fields are passed
 * on as they are: the cluster checks and repairs them, the same way for every registry.
 *
 * @throws Error when the text is no JSON object, or its `Addr` no address
 */
export function readRecord(id: string, text: string): Endpoint {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error('it is no object');
  const raw: Readonly<Record<string, unknown>> = { ...value };
  return 'Addr' in raw && raw.host === undefined ? fromGrpcNaming(id, raw) : fromOurs(id, raw);
}

function fromOurs(id: string, raw: Readonly<Record<string, unknown>>): Endpoint {
  const given = raw.meta ?? raw.metadata;
  const metadata: Record<string, unknown> = isObject(given) ? { ...given } : {};
  if (raw.version !== undefined && raw.version !== null) metadata.version = String(raw.version);
  if (Array.isArray(raw.tags) && raw.tags.length > 0) metadata.tags = raw.tags.join(',');
  return {
    id,
    host: raw.host,
    port: raw.port,
    weight: raw.weight ?? 1,
    priority: raw.priority ?? 0,
    ...(raw.zone === undefined || raw.zone === null ? {} : { zone: raw.zone }),
    metadata,
  } as Endpoint;
}

function fromGrpcNaming(id: string, { Op = 0, Addr, Metadata }: Readonly<Record<string, unknown>>): Endpoint {
  if (Op !== 0) throw new Error(`its Op is ${JSON.stringify(Op)}, not 0`);
  const { host, port } = toEndpoint(typeof Addr === 'string' ? Addr : '', 'Addr');
  const entries = isObject(Metadata) ? Object.entries(Metadata) : [];
  // Written by programs of any language: a number is as good as its text.
  const metadata = Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      typeof value === 'number' || typeof value === 'boolean' ? String(value) : value,
    ]),
  );
  return { id, host, port, weight: 1, priority: 0, metadata } as Endpoint;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
