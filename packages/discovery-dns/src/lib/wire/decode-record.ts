import { type DnsRecord, RECORD_TYPE } from './record.ts';
import { malformed, type WireReader } from './wire-reader.ts';

const CLASS_IN = 1;
/** Larger ones are to be read as 0 (RFC 2181 §8). */
const MAX_TTL = 0x7fff_ffff;

/** A record, or what stands in a record's place: the upper bits of the response code (EDNS, RFC 6891 §6.1.3). */
export type DecodedRecord = DnsRecord | { readonly type: 'OPT'; readonly extendedCode: number };

/**
 * Reads the record at the reader's place; undefined when its type or class is none that is understood.
 *
 * @throws DnsError `malformed`
 */
export function decodeRecord(reader: WireReader): DecodedRecord | undefined {
  const name = reader.readName();
  const type = reader.readUint16();
  const recordClass = reader.readUint16();
  const rawTtl = reader.readUint32();
  const length = reader.readUint16();
  const end = reader.offset + length;
  if (end > reader.length) throw malformed('a record is longer than the message');
  if (type === RECORD_TYPE.OPT) {
    reader.readBytes(length);
    return { type: 'OPT', extendedCode: rawTtl >>> 24 };
  }
  const ttl = rawTtl > MAX_TTL ? 0 : rawTtl;
  const record = recordClass === CLASS_IN ? decodeData(reader, type, length, { name, ttl }) : undefined;
  if (record === undefined) reader.readBytes(length);
  if (reader.offset !== end) throw malformed('a record is not as long as it says');
  return record;
}

function decodeData(
  reader: WireReader,
  type: number,
  length: number,
  common: { readonly name: string; readonly ttl: number },
): DnsRecord | undefined {
  switch (type) {
    case RECORD_TYPE.A:
      if (length !== 4) throw malformed('an A record without an address of 4 bytes');
      return { ...common, type: 'A', address: reader.readBytes(4).join('.') };
    case RECORD_TYPE.AAAA:
      if (length !== 16) throw malformed('an AAAA record without an address of 16 bytes');
      return { ...common, type: 'AAAA', address: formatIpv6(reader.readBytes(16)) };
    case RECORD_TYPE.CNAME:
      return { ...common, type: 'CNAME', target: reader.readName() };
    case RECORD_TYPE.SRV:
      return {
        ...common,
        type: 'SRV',
        priority: reader.readUint16(),
        weight: reader.readUint16(),
        port: reader.readUint16(),
        target: reader.readName(),
      };
    case RECORD_TYPE.SOA:
      reader.readName();
      reader.readName();
      reader.readBytes(16);
      return { ...common, type: 'SOA', minimumTtl: reader.readUint32() };
    default:
      return undefined;
  }
}

/** The one short spelling of RFC 5952, so that equal addresses are equal strings. */
function formatIpv6(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  const url = new URL(`http://[${groups.join(':')}]`);
  return url.hostname.slice(1, -1);
}
