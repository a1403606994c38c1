import type { Endpoint } from '@evenkeel/core';
import { parseRecord, type RecordExtras, rawEndpoint, recordFields } from '@evenkeel/core/driver';

/** What a record of Curator says beside the fields of an endpoint. */
export interface CuratorExtras extends RecordExtras {
  readonly service: string;
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
export function writeRecord(endpoint: Endpoint, extras: CuratorExtras): EndpointRecord {
  const { id, host, port } = endpoint;
  const record = {
    name: extras.service,
    id,
    address: host,
    port,
    sslPort: null,
    payload: recordFields(endpoint, extras),
    registrationTimeUTC: extras.registeredAt,
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
  const { enabled, address, port, sslPort, payload } = parseRecord(data.toString('utf8'));
  if (enabled === false) return undefined;
  const fields = typeof payload === 'object' && !Array.isArray(payload) ? payload : {};
  return rawEndpoint({ ...fields, host: address, port: port ?? sslPort }, id);
}
