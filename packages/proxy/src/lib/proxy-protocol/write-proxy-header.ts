import { isIPv4 } from 'node:net';
import { type IpEndpoint, ipv4Bytes, ipv6Bytes } from '../connection/ip-address.ts';
import { SIGNATURE } from './parse-v2.ts';
import type { ProxiedConnection } from './proxy-header.ts';

/** The versions of the PROXY protocol: a line of text, or bytes. */
export type ProxyProtocolVersion = 'v1' | 'v2';

/**
 * Writes the header that tells an upstream whose connection it gets. Where one end is IPv4 and the other IPv6, both are
 * written as IPv6.
 *
 * @param connection undefined for a connection of the proxy's own: `UNKNOWN` in version 1, `LOCAL` in version 2
 */
export function writeProxyHeader(
  version: ProxyProtocolVersion,
  connection: ProxiedConnection | undefined,
): Buffer {
  return version === 'v1' ? writeV1(connection) : writeV2(connection);
}

function writeV1(connection: ProxiedConnection | undefined): Buffer {
  if (connection === undefined) return Buffer.from('PROXY UNKNOWN\r\n');
  const { source, destination } = connection;
  const family = isV4(connection) ? 4 : 6;
  const write = ({ address }: IpEndpoint): string =>
    family === 6 && isIPv4(address) ? `::ffff:${address}` : withoutZone(address);
  return Buffer.from(
    `PROXY TCP${family} ${write(source)} ${write(destination)} ${source.port} ${destination.port}\r\n`,
  );
}

function writeV2(connection: ProxiedConnection | undefined): Buffer {
  if (connection === undefined) return Buffer.concat([SIGNATURE, Buffer.from([0x20, 0, 0, 0])]);
  const v4 = isV4(connection);
  const bytes = v4 ? ipv4Bytes : ipv6Bytes;
  const { source, destination } = connection;
  return Buffer.concat([
    SIGNATURE,
    Buffer.from([0x21, v4 ? 0x11 : 0x21, 0, v4 ? 12 : 36]),
    bytes(source.address),
    bytes(destination.address),
    Buffer.from([source.port >> 8, source.port & 0xff, destination.port >> 8, destination.port & 0xff]),
  ]);
}

function isV4({ source, destination }: ProxiedConnection): boolean {
  return isIPv4(source.address) && isIPv4(destination.address);
}

/** The zone of a link-local address means nothing on another machine. */
function withoutZone(address: string): string {
  return address.split('%', 1)[0] ?? address;
}
