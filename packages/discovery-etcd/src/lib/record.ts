import { type Endpoint, toEndpoint } from '@evenkeel/core';
import { parseRecord, type RawRecord, rawEndpoint } from '@evenkeel/core/driver';

/**
 * Reads a record, of ours or of gRPC naming: `{"Op":0,"Addr":"host:port","Metadata":…}`. Fields are passed
 * on as they are: the cluster checks and repairs them, the same way for every registry.
 *
 * @throws Error when the text is no JSON object, or its `Addr` no address
 */
export function readRecord(id: string, text: string): Endpoint {
  const record = parseRecord(text);
  return 'Addr' in record && record.host === undefined ? fromGrpcNaming(id, record) : rawEndpoint(record, id);
}

function fromGrpcNaming(id: string, { Op = 0, Addr, Metadata }: RawRecord): Endpoint {
  if (Op !== 0) throw new Error(`its Op is ${JSON.stringify(Op)}, not 0`);
  const { host, port } = toEndpoint(typeof Addr === 'string' ? Addr : '', 'Addr');
  const isMap = typeof Metadata === 'object' && Metadata !== null && !Array.isArray(Metadata);
  const entries = isMap ? Object.entries(Metadata) : [];
  // Written by programs of any language: a number is as good as its text.
  const metadata = Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      typeof value === 'number' || typeof value === 'boolean' ? String(value) : value,
    ]),
  );
  return { id, host, port, weight: 1, priority: 0, metadata } as Endpoint;
}
