import type { Question } from './message.ts';
import { RECORD_TYPE } from './record.ts';

/** The largest UDP answer that is asked for, in bytes: one that is never fragmented (DNS Flag Day 2020). */
export const EDNS_UDP_BYTES = 1_232;

const CLASS_IN = 1;
const RECURSION_DESIRED = 0x0100;

/** What goes into a query. */
export interface QueryFields extends Question {
  /** 0–65535, not to be guessed by others. */
  readonly id: number;
  /** Whether to ask for answers of up to {@link EDNS_UDP_BYTES} (RFC 6891); 512 bytes otherwise. */
  readonly edns: boolean;
}

/** Writes a query (RFC 1035 §4.1). The name must be a valid one. */
export function encodeQuery({ id, name, type, edns }: QueryFields): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(RECURSION_DESIRED, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(edns ? 1 : 0, 10);
  const parts = [header, encodeName(name), uint16s(type, CLASS_IN)];
  // The root as owner; class is the size; code, version, flags and data are empty.
  if (edns) parts.push(Buffer.of(0), uint16s(RECORD_TYPE.OPT, EDNS_UDP_BYTES, 0, 0, 0));
  return Buffer.concat(parts);
}

/** Writes a name without compression; the empty one is the root. */
export function encodeName(name: string): Buffer {
  const labels = name === '' ? [] : name.split('.');
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.of(label.length), Buffer.from(label, 'latin1')]),
    Buffer.of(0),
  ]);
}

function uint16s(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}
