import { isIPv4, SocketAddress } from 'node:net';

/** One end of a connection. */
export interface IpEndpoint {
  /** An IP address, IPv4 never mapped into IPv6. */
  readonly address: string;
  readonly port: number;
}

const MAPPED = '::ffff:';

/** Writes an IPv4 address that came over an IPv6 socket as IPv4; anything else stays. */
export function plainAddress(address: string): string;
export function plainAddress(address: string | undefined): string | undefined;
export function plainAddress(address: string | undefined): string | undefined {
  if (address?.startsWith(MAPPED) !== true) return address;
  const mapped = address.slice(MAPPED.length);
  return isIPv4(mapped) ? mapped : address;
}

/** Returns the bytes of a valid IPv4 address. */
export function ipv4Bytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

/** Returns the bytes of a valid IP address as IPv6, IPv4 mapped into it (RFC 4291 §2.5.5.2). */
export function ipv6Bytes(address: string): Buffer {
  if (isIPv4(address))
    return Buffer.concat([Buffer.from(`${'00'.repeat(10)}ffff`, 'hex'), ipv4Bytes(address)]);
  const [plain = ''] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const zeros = Array<number>(8 - front.length - back.length).fill(0);
  return Buffer.from([...front, ...zeros, ...back].flatMap((group) => [group >> 8, group & 0xff]));
}

/** Writes 4 bytes as an IPv4 address, 16 as an IPv6 address in its shortest form (RFC 5952). */
export function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const hex = bytes.toString('hex').replaceAll(/(....)(?!$)/g, '$1:');
  return plainAddress(new SocketAddress({ address: hex, family: 'ipv6' }).address);
}

function groups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = ipv4Bytes(group);
    return [(a << 8) | b, (c << 8) | d];
  });
}
