import { MORE, type Peeked, refused } from '../connection/peek.ts';
import { parseProxyV1 } from './parse-v1.ts';
import { parseProxyV2, SIGNATURE } from './parse-v2.ts';
import type { ProxyHeader } from './proxy-header.ts';

const V1_START = Buffer.from('PROXY ');

/**
 * Parses the header of the PROXY protocol, of either version, at the start of a connection. Never throws, and says at the
 * first byte that does not belong there that it is none.
 *
 * @param bytes all that has been received so far
 */
export function parseProxyHeader(bytes: Buffer): Peeked<ProxyHeader> {
  if (bytes.length === 0) return MORE;
  const isV1 = bytes[0] === V1_START[0];
  const start = isV1 ? V1_START : SIGNATURE;
  const seen = Math.min(bytes.length, start.length);
  if (start.compare(bytes, 0, seen, 0, seen) !== 0) return refused('the connection has no PROXY header');
  if (seen < start.length) return MORE;
  return isV1 ? parseProxyV1(bytes) : parseProxyV2(bytes);
}
