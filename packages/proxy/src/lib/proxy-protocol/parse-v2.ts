import { addressText, type IpEndpoint } from '../connection/ip-address.ts';
import { MORE, type Peeked, refused } from '../connection/peek.ts';
import { crc32c } from './crc32c.ts';
import type { ProxiedConnection, ProxyHeader, ProxyTlv } from './proxy-header.ts';

/** Begins every header of version 2 (§2.2). */
export const SIGNATURE: Buffer = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

/** Signature, version and command, family, length. */
const FIXED = 16;

/** The longest header that is read: addresses and TLVs, certificates of clients among them. */
const MAX_HEADER = 16_384;

/** Bytes of addresses and ports, by address family. */
const ADDRESS_BYTES = [0, 12, 36, 216] as const;

const STREAM = 1;
const LOCAL = 0;
const TLV_HEAD = 3;
const CRC32C = 0x03;

/**
 * Parses a header of version 2 of the PROXY protocol (§2.2). Strict: the length says where the header ends, and addresses
 * and TLVs must fill exactly that, so that no length in it can reach beyond (the class of CVE-2026-47692).
 */
export function parseProxyV2(bytes: Buffer): Peeked<ProxyHeader> {
  if (bytes.length < FIXED) return MORE;
  const command = bytes.readUInt8(12);
  const family = bytes.readUInt8(13) >> 4;
  const protocol = bytes.readUInt8(13) & 0xf;
  const length = FIXED + bytes.readUInt16BE(14);
  if (command >> 4 !== 2 || (command & 0xf) > 1)
    return refused('the PROXY header has an unknown version or command');
  if (family > 3 || protocol > 2) return refused('the PROXY header has an unknown family');
  if (length > MAX_HEADER) return refused(`the PROXY header is longer than ${MAX_HEADER} bytes`);
  if (bytes.length < length) return MORE;
  // The rest of LOCAL says nothing, whatever it is: a load balancer that speaks for itself.
  if ((command & 0xf) === LOCAL) return done(undefined, [], length);
  // With a family that is not specified, nobody knows where addresses would end and TLVs begin.
  if (family === 0) return done(undefined, [], length);
  const addresses = FIXED + (ADDRESS_BYTES[family] ?? 0);
  if (length < addresses) return refused('the PROXY header is too short for its addresses');
  const header = bytes.subarray(0, length);
  const tlvs = parseTlvs(header.subarray(addresses));
  if (tlvs === undefined) return refused('a TLV of the PROXY header reaches beyond its end');
  if (!hasSoundChecksum(header, addresses)) return refused('the checksum of the PROXY header is wrong');
  const connection =
    family < 3 && protocol === STREAM ? tcpConnection(header, family === 1 ? 4 : 16) : undefined;
  return done(connection, tlvs, length);
}

function done(
  connection: ProxiedConnection | undefined,
  tlvs: readonly ProxyTlv[],
  length: number,
): Peeked<ProxyHeader> {
  return { state: 'done', value: { version: 2, connection, tlvs }, length };
}

function tcpConnection(header: Buffer, size: 4 | 16): ProxiedConnection {
  const ports = FIXED + 2 * size;
  const end = (index: 0 | 1): IpEndpoint => {
    const start = FIXED + index * size;
    return {
      address: addressText(header.subarray(start, start + size)),
      port: header.readUInt16BE(ports + 2 * index),
    };
  };
  return { source: end(0), destination: end(1) };
}

function parseTlvs(bytes: Buffer): ProxyTlv[] | undefined {
  const tlvs: ProxyTlv[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + TLV_HEAD > bytes.length) return undefined;
    const end = at + TLV_HEAD + bytes.readUInt16BE(at + 1);
    if (end > bytes.length) return undefined;
    tlvs.push({ type: bytes.readUInt8(at), value: Buffer.from(bytes.subarray(at + TLV_HEAD, end)) });
    at = end;
  }
  return tlvs;
}

/** Where there is a checksum, it counts the whole header with its own four bytes as zero (§2.2.3). */
function hasSoundChecksum(header: Buffer, tlvs: number): boolean {
  for (let at = tlvs; at < header.length; at += TLV_HEAD + header.readUInt16BE(at + 1)) {
    if (header.readUInt8(at) !== CRC32C) continue;
    if (header.readUInt16BE(at + 1) !== 4) return false;
    const plain = Buffer.from(header);
    plain.fill(0, at + TLV_HEAD, at + TLV_HEAD + 4);
    if (crc32c(plain) !== header.readUInt32BE(at + TLV_HEAD)) return false;
  }
  return true;
}
