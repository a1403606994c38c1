import { isIPv4, isIPv6 } from 'node:net';
import { type IpEndpoint, plainAddress } from '../connection/ip-address.ts';
import { MORE, type Peeked, refused } from '../connection/peek.ts';
import type { ProxyHeader } from './proxy-header.ts';

/** The longest line, its end included (§2.1). */
const MAX_LINE = 107;

const UNKNOWN = /^PROXY UNKNOWN(?: [\x20-\x7e]*)?$/;
const TCP = /^PROXY TCP([46]) ([\da-fA-F:.]+) ([\da-fA-F:.]+) (\d{1,5}) (\d{1,5})$/;

/** Parses the line of version 1 of the PROXY protocol (§2.1). Strict: one space, no leading zero, no other line end. */
export function parseProxyV1(bytes: Buffer): Peeked<ProxyHeader> {
  const end = bytes.subarray(0, MAX_LINE).indexOf('\r\n');
  if (end === -1)
    return bytes.length < MAX_LINE ? MORE : refused('the line of the PROXY header does not end');
  const line = bytes.toString('latin1', 0, end);
  const header = UNKNOWN.test(line) ? NAMELESS : tcpHeader(line);
  if (header === undefined) return refused('the line of the PROXY header is malformed');
  return { state: 'done', value: header, length: end + 2 };
}

const NAMELESS: ProxyHeader = { version: 1, connection: undefined, tlvs: [] };

function tcpHeader(line: string): ProxyHeader | undefined {
  const [, family, from = '', to = '', fromPort = '', toPort = ''] = TCP.exec(line) ?? [];
  const isAddress = family === '4' ? isIPv4 : isIPv6;
  if (!isAddress(from) || !isAddress(to)) return undefined;
  const source = endpoint(from, fromPort);
  const destination = endpoint(to, toPort);
  return source && destination && { version: 1, connection: { source, destination }, tlvs: [] };
}

function endpoint(address: string, digits: string): IpEndpoint | undefined {
  const port = Number(digits);
  if (String(port) !== digits || port > 65_535) return undefined;
  return { address: plainAddress(address), port };
}
